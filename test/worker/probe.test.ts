/** `POST /resources/<title>/probe/`: one load that is shown and not kept (CONTRACT 4). */

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActionRecord } from '../../src/contract/action.ts';
import type { ProbeAnswer, ProbeFault } from '../../src/contract/probe.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { type Probe, probeOrigin } from '../../src/flows/admin/probe-origin.ts';
import { withRoom } from '../../src/flows/admin/probe-resource.ts';
import { LoadSlots } from '../../src/flows/load/load-slots.ts';
import { sourceGates } from '../../src/object/gate-client.ts';
import type { Json } from '../../src/ports/entry.ts';
import { makeServices } from '../../src/services.ts';
import { admin, defineResource, faultsOf, load } from '../support/admin.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { TestOrigin } from '../support/origin.ts';
import { sampleResource } from '../support/resources.ts';
import { bearer } from '../support/token.ts';

type Members = { [name: string]: Json };
const TABLE = { name: 't', rows: '', columns: ['id', 'name'] };

const send = (title: string, body: unknown = {}, client = admin) => client.post(`/resources/${title}/probe/`, body);

async function probed(title: string, body: unknown = {}, client = admin): Promise<ProbeAnswer> {
  const answer = await send(title, body, client);
  expect(answer.status).toBe(200);
  return answer.json();
}

/** A draft over an origin of its own, which nobody has defined. */
async function draft(answer: unknown, more: Members = {}) {
  const origin = new TestOrigin();
  await origin.answerJson(answer);
  const { origin: asked = {}, ...rest } = more;
  const definition = { origin: { url: origin.url, ...(asked as Members) }, tables: [TABLE], ...rest };
  return { title: unique('draft'), origin, definition };
}
const typesOf = ({ faults }: ProbeAnswer) => faults.map(({ type }) => type.split('#')[1]);

// The limit of probes is a user's: each test has one of its own.
let own: Client;
beforeEach(() => {
  own = new Client({ user: unique('root'), scope: 'cache:admin' });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a probe', () => {
  it('shows what came: status, size, rows, the first of them, no fault', async () => {
    const rows = Array.from({ length: 25 }, (_, id) => ({ id, name: `n${id}`, more: true }));
    const { title, definition } = await draft(rows);
    const answer = await probed(title, { definition }, own);
    expect(Object.keys(answer)).toEqual('status ms content_type bytes rows cut tables faults warnings'.split(' '));
    expect(answer).toEqual({
      status: 200,
      ms: expect.any(Number),
      content_type: 'application/json',
      bytes: JSON.stringify(rows).length,
      rows: 25,
      cut: false,
      tables: [
        { name: 't', columns: ['id', 'name'], rows: 25, data: rows.slice(0, 20).map(({ id, name }) => [id, name]) },
      ],
      faults: [],
      warnings: [],
    });
  });

  it('names what stands where the rows should be: as a warning, or in the fault where the table may not be missing', async () => {
    const { title, definition } = await draft({ data: [{ id: 1 }], status: 'ok' });
    const table = { name: 't', rows: '/items', columns: ['id'] };
    const told =
      'Table "t": there is no array at "/items" in the origin\'s answer; there are data, status at its root.';
    const of = async (missing: string) =>
      probed(title, { definition: { ...definition, tables: [{ ...table, missing }] } }, own);
    const empty = await of('empty');
    expect([empty.rows, empty.faults, empty.warnings]).toEqual([0, [], [told]]);
    const failed = await of('fail');
    expect([failed.faults.map(({ detail }) => detail), failed.warnings]).toEqual([[told], []]);
  });

  it('of a draft needs no resource and makes none; it asks the origin once and keeps nothing', async () => {
    const { title, definition, origin } = await draft([{ id: 1, name: 'a' }]);
    const blobsBefore = (await env.BLOBS.list()).objects.length;
    await probed(title, { definition }, own);
    expect(await origin.requests()).toHaveLength(1);
    expect((await admin.get(`/resources/${title}/`)).status).toBe(404);
    const { key } = cacheIdentity(title, {}, null);
    expect(await env.DB.prepare('SELECT 1 FROM entries WHERE key = ?').bind(key).first()).toBeNull();
    expect((await env.BLOBS.list()).objects.length).toBe(blobsBefore);
    const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(key));
    const tables = await runInDurableObject(stub, (_, { storage: { sql } }) =>
      sql.exec("SELECT name FROM sqlite_master WHERE name = 'keys'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('of what is defined loads it with the parameters, defaults applied, and leaves its cache as it was', async () => {
    const { title, origin } = await defineResource({ tables: [TABLE] });
    await origin.answerJson([{ id: 1, name: 'a' }]);
    await load(title, { n: 7 });
    await origin.answerJson([{ id: 1, name: 'b' }]);
    expect((await probed(title, { parameters: { n: 7 } }, own)).tables[0]?.data).toEqual([[1, 'b']]);
    await probed(title, {}, own);
    expect((await origin.requests()).map(({ path }) => path.split('/').at(-1))).toEqual(['7', '7', '0']);
    const [cache] = await (await admin.get(`/caches/?resource_title=${title}`)).json<{ version: number }[]>();
    expect(cache?.version).toBe(1);
  });

  it('asks without conditions', async () => {
    const { title, origin } = await defineResource({ tables: [TABLE] });
    await origin.answerJson([], { headers: { ETag: '"1"' } });
    await load(title);
    await probed(title, {}, own);
    expect((await origin.requests()).at(-1)?.headers).not.toHaveProperty('if-none-match');
  });

  it('of a resource without tables tells its size', async () => {
    const { title, definition } = await draft('hello');
    const { tables: _, ...plain } = definition;
    expect(await probed(title, { definition: plain }, own)).toMatchObject({
      bytes: 7,
      rows: null,
      tables: [],
      faults: [],
    });
  });

  it('of a private resource is of the caller, or of whom it names', async () => {
    const { title, definition, origin } = await draft([]);
    const { url } = definition.origin;
    const body = { definition: { ...definition, scope: 'user', origin: { url: `${url}/{_user}` } } };
    await probed(title, body, new Client({ user: 'rita', scope: 'cache:admin' }));
    await probed(title, { ...body, user: 'alice' }, own);
    expect((await origin.requests()).map(({ path }) => path.split('/').at(-1))).toEqual(['rita', 'alice']);
    expect(await faultsOf(await send(title, { ...body, user: '' }, own))).toEqual(['/user must not be empty']);
    expect(await faultsOf(await send(title, { ...body, user: 'a\nb' }, own))).toEqual([
      '/user must not have control characters',
    ]);
    expect(await faultsOf(await send(title, { definition, user: 'alice' }, own))).toEqual([
      '/user is only allowed with the scope "user"',
    ]);
  });
});

describe('a probe is refused', () => {
  it('where nothing is defined and no draft comes along', async () => {
    expect((await send(unique('none'), {}, own)).status).toBe(404);
  });

  it('as PUT refuses the same definition, with pointers into the body; nobody is asked', async () => {
    const { title, definition, origin } = await draft([]);
    const wrong = { ...definition, ttl_s: -1, colour: 'red', schedule: 'never' };
    const put = await faultsOf(await admin.put(`/resources/${title}/`, wrong));
    expect(put.length).toBeGreaterThan(1);
    expect(await faultsOf(await send(title, { definition: wrong }, own))).toEqual(
      put.map((fault) => `/definition${fault}`),
    );
    expect(await origin.requests()).toEqual([]);
  });

  it('for a host that ORIGIN_HOSTS does not name', async () => {
    const [fault] = await faultsOf(await send('x', { definition: { origin: { url: 'http://10.0.0.7/x' } } }, own));
    expect(fault).toMatch(/^\/definition\/origin\/url /);
  });

  it('for wrong parameters and unknown members', async () => {
    const { title } = await defineResource();
    expect(await faultsOf(await send(title, { parameters: { n: 'x' } }, own))).toEqual([
      '/parameters/n must be an integer',
    ]);
    expect(await faultsOf(await send(title, { parameters: [] }, own))).toEqual(['/parameters must be an object']);
    expect(await faultsOf(await send(title, { rows: 1 }, own))).toEqual([
      '/rows is not known here; known are "definition", "parameters", "user"',
    ]);
    expect(await faultsOf(await send(title, [], own))).toEqual([' must be a JSON object']);
  });

  it('past ten a minute of a user, and counts as a load besides', async () => {
    const { title, definition } = await draft([]);
    const statuses = async (settings: Record<string, unknown>) => {
      const headers = {
        ...(await bearer({ user: unique('root'), scope: 'cache:admin' })),
        'Content-Type': 'application/json',
      };
      const init = { method: 'POST', headers, body: JSON.stringify({ definition }) };
      const all: number[] = [];
      for (let n = 0; n < 3; n++)
        all.push((await sendUnder(settings, `/api/v1/resources/${title}/probe/`, init)).status);
      return all;
    };
    expect(await inOnePeriod(() => statuses(lowered('PROBES', 2)))).toEqual([200, 200, 429]);
    expect(await inOnePeriod(() => statuses(lowered('USER_LOADS', 1)))).toEqual([200, 429, 429]);
  });

  it('while there is no room for a heavy load, and has it when there is', async () => {
    const slots = new LoadSlots();
    const probe = { definition: sampleResource(), cache: cacheIdentity('r', {}, null), rowsBefore: 0 } as Probe;
    const heavy = await slots.enter({ heavy: true }, Date.now());
    const run = () =>
      withRoom({ gates: sourceGates(env.SOURCE_GATE) }, probe, async () => slots.enter({ heavy: true }, 0), {
        slots,
        roomMs: 0,
      });
    await expect(run()).rejects.toMatchObject({ code: 'overloaded', headers: { 'Retry-After': expect.any(String) } });
    heavy?.release();
    // It is heavy itself meanwhile, and leaves its room behind.
    expect(await run()).toBeNull();
    expect(await slots.enter({ heavy: true }, 0)).not.toBeNull();
  });

  it('while the origin has no place left', async () => {
    const slots = new LoadSlots();
    const definition = sampleResource({ origin: { url: 'https://erp.example.com/x' } });
    const probe = { definition, cache: cacheIdentity('r', {}, null), rowsBefore: 0 } as Probe;
    for (const resource of ['a', 'a', 'a', 'b', 'b', 'b'])
      await slots.enter({ resource, origin: 'erp.example.com' }, 0);
    await expect(
      withRoom({ gates: sourceGates(env.SOURCE_GATE) }, probe, async () => 1, { slots, roomMs: 0 }),
    ).rejects.toMatchObject({ code: 'overloaded' });
  });
});

describe('the faults of a probe', () => {
  it('are all that a load would fail with, as far as the answer can be read', async () => {
    const { title, definition } = await draft(
      { '@odata.nextLink': '/p2', errors: ['x'], value: [{ id: 1 }] },
      { tables: [{ ...TABLE, rows: '/value', columns: ['id', { name: 'price', required: true }] }] },
    );
    const answer = await probed(title, { definition }, own);
    expect(typesOf(answer)).toEqual(['origin-pages', 'origin-refused', 'origin-malformed']);
    expect(answer).toMatchObject({ rows: 1, cut: false });
    for (const { title: words, detail } of answer.faults) expect(words && detail).toBeTruthy();
  });

  it('are those that tasks have: a load of the same fails with the first of them', async () => {
    const { title, definition } = await draft(
      { value: [{ id: 1 }], errors: ['x'] },
      { tables: [{ ...TABLE, rows: '/value' }] },
    );
    const [{ pointer, ...fault } = {}] = (await probed(title, { definition }, own)).faults as Partial<ProbeFault>[];
    await admin.put(`/resources/${title}/`, definition);
    expect(pointer).toBe('/origin/partial');
    const user = new Client({ user: 'root', scope: 'cache:admin cache:refresh cache:read' });
    const task = await user.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    expect((await task.json<{ error?: unknown }>()).error).toEqual(fault);
  });

  it('tell what stands in the way before any row', async () => {
    const { title, definition, origin } = await draft({ cars: [] });
    expect(typesOf(await probed(title, { definition }, own))).toEqual(['origin-malformed']);
    await origin.answer({ status: 401, body: 'who are you?' });
    const refused = await probed(title, { definition }, own);
    expect([refused.status, typesOf(refused), refused.rows]).toEqual([401, ['origin-auth'], 0]);
    await origin.answer({ body: '[{"id":1,' });
    expect(typesOf(await probed(title, { definition }, own))).toEqual(['origin-malformed']);
    const nowhere = { ...definition, origin: { url: 'http://127.0.0.1:9/x' } };
    const unreached = await probed(title, { definition: nowhere }, own);
    expect([unreached.status, typesOf(unreached), unreached.content_type]).toEqual([
      null,
      ['origin-unreachable'],
      null,
    ]);
  });

  it('tell a secret that is not set, by its name', async () => {
    const { title, definition } = await draft([]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
    const headers = { apikey: '${ORIGIN_NOBODY_SET}' };
    const answer = await probed(
      title,
      { definition: { ...definition, origin: { ...definition.origin, headers } } },
      own,
    );
    expect(typesOf(answer)).toEqual(['misconfigured']);
    expect(answer.faults[0]?.detail).toContain('ORIGIN_NOBODY_SET');
  });

  it('tell what the guard would refuse, beside what is held', async () => {
    const { title, origin, definition } = await defineResource({ tables: [TABLE], guard: { max_deleted: 0.5 } });
    await origin.answerJson([1, 2, 3].map((id) => ({ id, name: 'a' })));
    await load(title);
    await origin.answerJson([{ id: 1, name: 'a' }]);
    expect(typesOf(await probed(title, {}, own))).toEqual(['origin-guard']);
    expect(typesOf(await probed(title, { parameters: { n: 5 } }, own))).toEqual([]);
    const strict = { ...definition, guard: { min_rows: 2 } };
    expect(typesOf(await probed(title, { definition: strict }, own))).toEqual(['origin-guard']);
    await admin.delete(`/caches/?resource_title=${title}`);
    expect(typesOf(await probed(title, {}, own))).toEqual([]);
  });

  it('are none where the service accepts what looks wrong: that is a warning', async () => {
    const { title, definition } = await draft(
      { errors: ['x'], value: [{ id: 1, nome: 'a' }] },
      { origin: { partial: ['errors'] }, tables: [{ ...TABLE, rows: '/value' }] },
    );
    const answer = await probed(title, { definition }, own);
    expect(answer.faults).toEqual([]);
    expect(answer.warnings).toEqual([
      "The origin's answer has errors at /errors.",
      'Table "t", column "name": no row has the member name; there are id, nome.',
    ]);
  });
});

describe('what is shown', () => {
  it('has numbers as the origin wrote them, and nested values', async () => {
    const { title, definition, origin } = await draft([]);
    await origin.answer({ body: '[{"id":12345678901234567890,"name":1.10},{"id":1e3,"name":{"a":[1.50,null]}}]' });
    const answer = await send(title, { definition }, own);
    expect(await answer.text()).toContain('[[12345678901234567890,1.10],[1e3,{"a":[1.50,null]}]]');
  });

  it('has cells of 1 KiB at most, cut between characters', async () => {
    const { title, definition } = await draft([
      { id: 'x'.repeat(1024), name: 'x'.repeat(1025) },
      { id: 'ж'.repeat(600), name: { a: 'y'.repeat(2000) } },
      { id: `${'x'.repeat(1023)}💧`, name: '' },
    ]);
    const [table] = (await probed(title, { definition }, own)).tables;
    expect(table?.data).toEqual([
      ['x'.repeat(1024), `${'x'.repeat(1024)}…`],
      [`${'ж'.repeat(512)}…`, `{"a":"${'y'.repeat(1018)}…`],
      [`${'x'.repeat(1023)}…`, ''],
    ]);
  });

  it('is bounded in all, whatever the definition has', async () => {
    const columns = Array.from({ length: 200 }, (_, n) => `c${n}`);
    const row = Object.fromEntries(columns.map((column) => [column, 'x'.repeat(1000)]));
    const tables = ['a', 'b', 'c'].map((name) => ({ name, rows: `/${name}`, columns }));
    const { title, definition } = await draft({ a: [row, row], b: [row, row, row], c: [row] }, { tables });
    const text = await (await send(title, { definition }, own)).text();
    expect(text.length).toBeLessThan(1_000_000);
    expect((JSON.parse(text) as ProbeAnswer).tables.map(({ rows, data }) => [rows, data.length])).toEqual([
      [2, 2],
      [3, 1],
      [1, 0],
    ]);
  });

  it('has no secret that the origin was sent, however it repeats it', async () => {
    const key = env.ORIGIN_TEST_KEY;
    const { title, definition } = await draft([
      { id: `you sent ${key}!`, name: key.toUpperCase() },
      { id: { echo: [key] }, name: 'fine' },
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
    const headers = { apikey: '${ORIGIN_TEST_KEY}' };
    const body = { definition: { ...definition, origin: { ...definition.origin, headers } } };
    const answer = await probed(title, body, own);
    expect(answer.tables[0]?.data).toEqual([
      ['you sent ***!', '***'],
      ['{"echo":["***"]}', 'fine'],
    ]);
    expect(JSON.stringify(answer).toLowerCase()).not.toContain(key.toLowerCase());
  });
});

describe('a probe ends early', () => {
  it('past 8 MiB of the answer, and says that its counts are lower bounds', async () => {
    const { title, definition, origin } = await draft([]);
    const line = `{"id":1,"name":"${'x'.repeat(980)}"}\n`;
    await origin.answer({ body: line, times: 20_000, headers: { 'Content-Type': 'application/x-ndjson' } });
    const ndjson = { ...definition, format: 'ndjson', tables: [{ name: 't', columns: ['id', 'name'] }] };
    const answer = await probed(title, { definition: ndjson }, own);
    expect(answer).toMatchObject({ cut: true, faults: [] });
    expect(answer.bytes).toBeGreaterThanOrEqual(8_388_608);
    expect(answer.bytes).toBeLessThan(20_000 * line.length);
    expect(answer.rows).toBeGreaterThan(8000);
    expect(answer.rows).toBeLessThan(20_000);
  });

  const services = makeServices(env, () => {});
  const probeOf = (origin: TestOrigin, timeout_s = 60) =>
    ({
      definition: sampleResource({ origin: { url: origin.url, timeout_s }, tables: [TABLE] }),
      cache: cacheIdentity('r', {}, null),
      rowsBefore: 0,
    }) as Probe;

  it('after its time, with what was read until then', async () => {
    const origin = new TestOrigin();
    const body = `[{"id":1,"name":"a"},{"id":2,"name":"b"}${' '.repeat(100_000)}`;
    await origin.answer({ body, bytes_per_chunk: 45, chunk_delay_ms: 100 });
    const answer = await probeOrigin(services, probeOf(origin), 2000);
    expect(answer).toMatchObject({ status: 200, cut: true, faults: [] });
    expect(JSON.stringify(answer.tables[0]?.data[0])).toBe('[1,"a"]');
  });

  it('after its time without any answer, which is a fault; and after that of the definition, as a load does', async () => {
    const origin = new TestOrigin();
    await origin.answer({ hang: true });
    const waited = await probeOrigin(services, probeOf(origin), 300);
    expect([waited.status, waited.cut, typesOf(waited)]).toEqual([null, true, ['origin-timeout']]);
    const timed = await probeOrigin(services, probeOf(origin, 1), 25_000);
    expect([timed.cut, typesOf(timed)]).toEqual([false, ['origin-timeout']]);
    expect(timed.faults[0]?.detail).toBe('The load took longer than 1 s (origin.timeout_s).');
  });
});

describe('what a probe leaves', () => {
  it('is a row in the log of actions and a line in the log, with neither values nor rows', async () => {
    const lines: string[] = [];
    vi.spyOn(console, 'info').mockImplementation((text: string) => void lines.push(text));
    const { title, definition } = await draft([{ id: 1, name: 'secret-cell' }]);
    const user = unique('root');
    const body = {
      definition: { ...definition, parameters: { properties: { p: { type: 'string' } } } },
      parameters: { p: 'secret-value' },
    };
    const answer = await new Client({ user, scope: 'cache:admin' }).post(`/resources/${title}/probe/`, body, {
      'X-Reason': 'new columns',
    });
    expect(answer.status).toBe(200);
    const rows = await (await admin.get(`/actions/?user=${user}`)).json<ActionRecord[]>();
    expect(rows).toMatchObject([{ action: 'probe', target: title, count: 1, reason: 'new columns' }]);
    const told = lines.filter((text) => text.includes('resource.probed'));
    expect(told.map((text) => JSON.parse(text))).toMatchObject([
      { by: user, resource: title, status: 200, rows: 1, faults: [] },
    ]);
    expect([...lines, JSON.stringify(rows)].join()).not.toMatch(/secret-(cell|value)/);
  });

  it('is no row where it was refused', async () => {
    const user = unique('root');
    const client = new Client({ user, scope: 'cache:admin' });
    expect((await send(unique('none'), {}, client)).status).toBe(404);
    expect(await (await admin.get(`/actions/?user=${user}`)).json()).toEqual([]);
  });
});
