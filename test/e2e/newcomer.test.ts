/** What somebody sees who has just typed `npm start` (CONTRACT 7), and the bytes of the published API (CONTRACT 2). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/contract/identity.ts';
import { Api } from './support/api.ts';
import { run } from './support/run.ts';
import { Service } from './support/service.ts';

let service: Service;
let alice: Api;

beforeAll(async () => {
  service = await Service.start();
  alice = await Api.of(service, await service.token('alice'));
});
afterAll(() => service?.stop());

/** The printed commands: list, refresh, state. */
async function paste(index: number): Promise<string> {
  const command = service.lines.filter((line) => line.startsWith('curl '))[index];
  const { code, stdout } = await run('sh', ['-c', command ?? 'false']);
  expect(code).toBe(0);
  return stdout;
}

describe('npm start', () => {
  it('prints one line "ready" with its address, and three commands', async () => {
    await service.lineWith(/^Ctrl-C/);
    expect(service.lines.filter((line) => line.startsWith('ready'))).toEqual([`ready ${service.url}`]);
    expect(service.lines.filter((line) => line.startsWith('curl '))).toHaveLength(3);
  });

  it('prints a list command that shows what devices hold', async () => {
    const records = JSON.parse(await paste(0));
    expect(records.length).toBeGreaterThanOrEqual(4);
    for (const record of records) {
      expect(Object.keys(record)).toEqual(['user', 'device', 'sync_datetime', 'version', 'etag']);
    }
    expect(new Set(records.map((record: { user: string }) => record.user))).toEqual(new Set(['alice']));
  });

  it('prints a refresh command that answers SUCCESS in exactly 73 bytes', async () => {
    const body = await paste(1);
    expect(body).toMatch(/^\{"task_id":"[0-9a-f-]{36}","task_state":"SUCCESS"\}$/);
    expect(Buffer.byteLength(body)).toBe(73);
  });

  it('prints a state command for a refresh that has ended', async () => {
    const body = await paste(2);
    expect(body).toMatch(/^\{"task_id":"[0-9a-f-]{36}","task_state":"SUCCESS"\}$/);
    expect(Buffer.byteLength(body)).toBe(73);
  });

  it('keeps the secret out of command lines', async () => {
    expect((await run('ps', ['-eo', 'args'])).stdout).not.toContain(service.secret);
  });
});

describe('the demo', () => {
  it('has an app under the printed address, which the address without a path leads to', async () => {
    const address = await service.lineWith(/\/tablet\/#token=/);
    expect(address).toMatch(new RegExp(`^${service.originUrl}/tablet/#token=[\\w.-]+$`));
    for (const url of [address, service.originUrl]) {
      const page = await fetch(url);
      expect(page.url).toContain('/tablet/');
      expect(await page.text()).toContain(`<meta name="freshet-service" content="${service.url}">`);
    }
  });

  it('changes rows once when it is told so', async () => {
    const order = async (order: object) =>
      (await fetch(`${service.originUrl}/control`, { method: 'POST', body: JSON.stringify(order) })).status;
    const rows = async () => {
      const answer = await fetch(`${service.originUrl}/cars?year=1974`);
      return (await answer.json<{ cars: { weight_lbs: number }[] }>()).cars.map(({ weight_lbs: weight }) => weight);
    };
    const wrong = await fetch(`${service.originUrl}/control`, { method: 'POST', body: '{"chnges":3}' });
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringMatching(/chnges.*The body may have the members delay_ms/),
    ]);
    const before = await rows();
    expect(await order({ edit: { path: '/cars?year=1974', rows: 2 } })).toBe(200);
    const after = await rows();
    expect(after.filter((weight, at) => weight !== before[at])).toHaveLength(2);
    expect(await rows()).toEqual(after);
    expect(await order({ edit: { path: '/nothing', rows: 2 } })).toBe(400);
  });

  it('serves rows of public tables', async () => {
    const { status, json } = await alice.call('rpc/countries/?continent=Europe');
    expect(status).toBe(200);
    const [countries] = json as { name: string; columns: string[]; data: unknown[][] }[];
    expect(countries?.columns).toEqual(['country', 'capital', 'continent', 'population', 'area']);
    expect(countries?.data.map((row) => row.slice(1, 3))).toContainEqual(['France', 'Paris']);
  });

  it('answers 304 to clients that have the current version', async () => {
    const first = await alice.call('rpc/boroughs/');
    const headers = { 'If-None-Match': first.headers.get('ETag') ?? '' };
    expect((await alice.call('rpc/boroughs/', { headers })).status).toBe(304);
  });

  it('can be told to change rows: then the ETag moves with the version, else the version alone', async () => {
    const read = async () => {
      const { headers } = await alice.call('rpc/cars/?year=1975');
      return { version: headers.get('Content-Version'), etag: headers.get('ETag') };
    };
    const refresh = async (changes: number) => {
      await fetch(`${service.originUrl}/control`, { method: 'POST', body: JSON.stringify({ changes }) });
      const request = { method: 'POST', body: { resource_title: 'cars', year: 1975 }, headers: { Prefer: 'wait=30' } };
      expect((await alice.call('cache/refresh/', request)).json).toMatchObject({ task_state: 'SUCCESS' });
    };
    const first = await read();
    await refresh(2);
    const second = await read();
    await refresh(0);
    const third = await read();
    expect([first.version, second.version, third.version]).toEqual(['v1', 'v2', 'v3']);
    expect(second.etag).not.toBe(first.etag);
    expect(third.etag).toBe(second.etag);

    const headers = { 'X-Delta': 'auto', 'If-None-Match': first.etag ?? '' };
    const delta = await alice.call('rpc/cars/?year=1975', { headers });
    expect(delta.headers.get('Content-Version')).toBe('"delta v1-v3"');
    const [cars] = delta.json as { name: string; insert_rows: unknown[][]; delete_ids: number[] }[];
    expect([cars?.name, cars?.insert_rows.length, cars?.delete_ids.length]).toEqual(['cars', 2, 2]);
    const same = { 'X-Delta': 'auto', 'If-None-Match': third.etag ?? '' };
    expect((await alice.call('rpc/cars/?year=1975', { headers: same })).status).toBe(304);
  });
});

describe('Content-Length', () => {
  it.each(['cache/refresh/', 'cache/state/'])('is 73 on %s when no compression is asked for', async (path) => {
    const refresh = { method: 'POST', body: { resource_title: 'cars', year: 1982 }, headers: { Prefer: 'wait=30' } };
    const { task_id } = (await alice.call('cache/refresh/', refresh)).json as { task_id: string };
    const headers = { 'Accept-Encoding': 'identity', Prefer: 'wait=30' };
    const answer = path.includes('state')
      ? await alice.call(`${path}?task_id=${task_id}`, { headers })
      : await alice.call(path, { ...refresh, headers });
    expect(answer.headers.get('Content-Length')).toBe('73');
  });
});

describe('npm run token', () => {
  const token = (...args: string[]) => run('npm', ['run', '-s', 'token', '--', ...args], service.env);

  it('prints a token that the service accepts', async () => {
    const { code, stdout } = await token('carol', '--scope', 'cache:read', '--expires', '15m');
    expect(code).toBe(0);
    const carol = alice.as(stdout.trim());
    expect((await carol.call('cache/')).json).toEqual([]);
    const refresh = { method: 'POST', body: { resource_title: 'cars' } };
    expect((await carol.call('cache/refresh/', refresh)).status).toBe(403);
  });

  it('pins a token to a device', async () => {
    const { stdout } = await token('carol', '--device', 'tablet-9');
    const answer = await alice.as(stdout.trim()).call('cache/', { headers: { 'X-Device-Id': 'tablet-8' } });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ type: '/docs/problems#device-mismatch' });
  });

  it.each(['--help', '-h'])('prints what it takes, with examples, when called with %s, and no token', async (flag) => {
    const { code, stdout, stderr } = await token(flag);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of [...SCOPES, '<user>', '--scope', '--groups', '--device', '--expires', '--help']) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toContain('eyJ');
  });

  it('gives the help an example of each option, which works as it stands', async () => {
    const { stdout } = await token('--help');
    const examples = Array.from(stdout.matchAll(/^ {2}npm run -s token -- (.*?) {2,}/gm), ([, args = '']) => args);
    expect(examples.length).toBeGreaterThan(3);
    for (const option of ['--scope', '--groups', '--device', '--expires']) expect(examples.join()).toContain(option);
    for (const args of examples) {
      const made = await token(...args.split(' '));
      expect([args, made.code, made.stdout.trim().split('.').length]).toEqual([args, 0, 3]);
    }
  });

  it.each([
    { args: [], says: 'Name one user' },
    { args: ['carol', '--expires', 'soon'], says: '"soon" is not a duration' },
    { args: ['carol', '--scope', 'cache:write'], says: '"cache:write" is not a scope' },
    { args: ['carol', '--unknown'], says: '--unknown' },
  ])('says how it is used when called with $args', async ({ args, says }) => {
    const { code, stdout, stderr } = await token(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain('Usage:');
  });
});
