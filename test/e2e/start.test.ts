/** What `npm start` takes from `.dev.vars`, what it checks first, whom it lets start, and what it logs (CONTRACT 7). */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { areGone, descendants, listens } from './support/processes.ts';
import { copyProject } from './support/project-copy.ts';
import { run } from './support/run.ts';
import { Service, type StartOptions } from './support/service.ts';

const started: Service[] = [];
const folders: string[] = [];

async function start(options: StartOptions = {}): Promise<Service> {
  const service = await Service.start({ ...options, env: { DEMO: '0', ...options.env } });
  started.push(service);
  return service;
}

/** Lines of a start that ends by itself, npm's own left out. */
async function refused(options: StartOptions): Promise<string[]> {
  const service = await Service.launch({ ...options, env: { DEMO: '0', ...options.env } });
  started.push(service);
  expect(await service.ended).toBe(1);
  return service.lines.filter((line) => line !== '' && !line.startsWith('> '));
}

/** A folder that outlives the services that use it. */
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'freshet-'));
  folders.push(made);
  return made;
}

afterEach(async () => {
  for (const service of started.splice(0)) await service.stop();
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function logOf({ stateDir }: Service): Record<string, unknown>[] {
  const lines = readFileSync(join(stateDir, 'freshet.log'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('.dev.vars', () => {
  it('adds hosts of origins to the local ones, which is told', async () => {
    const service = await start({ devVars: 'ORIGIN_HOSTS=erp.test:8080\nORGIN_HOSTS=x\n' });
    const admin = await Api.of(service, await service.token('root', { scope: 'cache:admin' }));
    const put = async (url: string) =>
      (await admin.call('resources/erp/', { method: 'PUT', body: { origin: { url } } })).status;
    expect(await put('http://erp.test:8080/odata')).toBe(201);
    expect(await put('http://127.0.0.1:7000/odata')).toBe(200);
    expect(await put('http://erp.test:9090/odata')).toBe(400);
    const told = service.lines.join('\n');
    expect(told).toMatch(/settings from .*dev\.vars: ORIGIN_HOSTS$/m);
    expect(told).toMatch(/not used: ORGIN_HOSTS in .*: there is no such setting\./);
  });
});

describe('an edit of the source', () => {
  it('that cannot be built is told on the terminal, and requests wait until one can be', async () => {
    const copy = copyProject((toml) => toml);
    folders.push(copy);
    const service = await start({ folder: copy });
    // The Worker does not import this file; the build does, to write the OpenAPI text.
    const edited = join(copy, 'scripts/openapi/problem-details.ts');
    const before = readFileSync(edited, 'utf8');
    writeFileSync(edited, 'export const PROBLEM_DETAILS = ;\n');
    expect(await service.lineWith(/build failed/)).toMatch(/until a build succeeds.*npx node scripts\/build\.ts$/);
    writeFileSync(edited, before);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });
});

describe('before anything is started', () => {
  it('each thing that is wrong is told in one line, and nothing is ready', async () => {
    const other = await start();
    const devVars = 'JWT_JWKS_URL=https://id.example.com/jwks\nORIGIN_HOSTS=https://erp.example.com\n';
    const lines = await refused({ devVars, env: { PORT: String(other.port) } });
    expect(lines).toEqual([
      expect.stringMatching(/^Port \d+ is in use by another program\..* PORT=\d+ npm start$/),
      expect.stringMatching(/^The setting ORIGIN_HOSTS .* has a scheme\.$/),
      expect.stringMatching(/^The setting JWT_AUDIENCE must be set with JWT_JWKS_URL/),
    ]);
  });

  it.each<[string, StartOptions, RegExp]>([
    ['a secret that is too short', { env: { JWT_SECRET: 'short' } }, /^The setting JWT_SECRET must have at least 32/],
    ['a port that is none', { env: { PORT: 'eighty' } }, /^PORT must be a port from 1 to 65535\.$/],
    [
      'an argument that is none',
      { args: ['--loud'] },
      /^npm start accepts one argument, --verbose\. For its settings run: npm start -- --help$/,
    ],
    [
      'a line that is no setting',
      { devVars: 'JWT_ISSUER: x\n' },
      /dev\.vars, line 1 is not a setting: write JWT_ISSUER=…$/,
    ],
    ['a folder that cannot be written to', { env: { STATE_DIR: '/dev/null/state' } }, /^STATE_DIR .*cannot be written/],
  ])('%s ends the start', async (_what, options, told) => {
    expect(await refused(options)).toEqual([expect.stringMatching(told)]);
  });
});

describe('npm start -- --help', () => {
  it('tells the settings, and starts nothing', async () => {
    const service = await Service.launch({ args: ['--help'] });
    started.push(service);
    expect(await service.ended).toBe(0);
    for (const name of ['--verbose', 'PORT', 'ORIGIN_PORT', 'STATE_DIR', 'DEMO'])
      expect(service.lines.join('\n')).toContain(name);
  });
});

describe('a STATE_DIR', () => {
  it('is served once: a second start says where, and how to start another', async () => {
    const first = await start();
    const lines = await refused({ stateDir: first.stateDir });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${first.stateDir} is already served at ${first.url} (process `);
    expect(lines[0]).toMatch(/PORT=\d+ STATE_DIR=\S+ npm start$/);
    expect(await listens(first.port)).toBe(true);
  });

  it('is free once its start was killed outright, whoever has the number of that process by then', async () => {
    const stateDir = await folder();
    const first = await start({ stateDir });
    const { pid } = JSON.parse(readFileSync(join(stateDir, 'served.json'), 'utf8'));
    const family = await descendants(first.process.pid ?? 0);
    process.kill(pid, 'SIGKILL');
    // What it started ends with it: else ports and stores would still be in use.
    await areGone(family);
    writeFileSync(join(stateDir, 'served.json'), JSON.stringify({ pid: process.pid, url: first.url }));
    const second = await start({ stateDir, env: { PORT: String(first.port), JWT_SECRET: first.secret } });
    expect(second.lines).toContain(`ready ${first.url}`);
  });
});

describe('the log', () => {
  it('is JSON lines from level info on, and continues at the next start', async () => {
    const stateDir = await folder();
    const first = await start({ stateDir });
    first.process.kill('SIGTERM');
    await first.ended;
    const second = await start({ stateDir, env: { DEMO: '1' } });
    const entries = logOf(second);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        level: expect.stringMatching(/^(info|notice|warn|error)$/),
        event: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/),
      });
    }
    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'info', event: 'refresh.loaded', resource: 'countries' }),
    );
    const starts = entries.filter(({ text }) => /^Ready on http/.test(String(text)));
    expect(starts).toHaveLength(2);
    expect(second.lines.join('\n')).not.toContain('refresh.loaded');
    expect(await second.lineWith(/^The log: /)).toBe(`The log: ${join(stateDir, 'freshet.log')}`);
  });

  it('shows on the terminal with --verbose, for people', async () => {
    const service = await start({ env: { DEMO: '1' }, args: ['--verbose'] });
    expect(service.lines.join('\n')).toMatch(/^\d\d:\d\d:\d\d info {2}refresh\.loaded .*resource="countries"/m);
  });
});

describe('npm run token', () => {
  it('tells on stderr what it has signed, with what', async () => {
    const service = await start({ devVars: 'JWT_ISSUER=here\nJWT_USER_CLAIM=/oid\n' });
    const args = ['run', '-s', 'token', '--', 'carol', '--groups', 'sales'];
    const { stdout, stderr } = await run('npm', args, service.env);
    const [, claims = '', place] = /^(\{.*\}), signed with (.*)\n$/.exec(stderr) ?? [];
    expect(JSON.parse(claims)).toMatchObject({ sub: 'carol', oid: 'carol', groups: ['sales'], iss: 'here' });
    expect(place).toBe('JWT_SECRET of the environment');
    const carol = await Api.of(service, stdout.trim());
    expect((await carol.call('whoami/')).json).toMatchObject({ user: 'carol', groups: ['sales'] });
  });

  it('signs nothing where a provider does, and says so', async () => {
    const env = { JWT_JWKS_URL: 'https://id.example.com/jwks', JWT_AUDIENCE: 'freshet', DEV_VARS: '/dev/null' };
    const { code, stdout, stderr } = await run('npm', ['run', '-s', 'token', '--', 'carol'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim()).toMatch(/^JWT_JWKS_URL is set: your provider signs the tokens of this service/);
  });
});
