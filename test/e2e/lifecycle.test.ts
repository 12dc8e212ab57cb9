/** Starting, ending and starting again (CONTRACT 7). */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SHOWN_REFRESH } from '../../demo/devices.ts';
import { Api } from './support/api.ts';
import { descendants, isAlive, listens } from './support/processes.ts';
import { run } from './support/run.ts';
import { Service, type StartOptions } from './support/service.ts';

const started: Service[] = [];
const POLL_MS = 50;

async function start(options: StartOptions = {}): Promise<Service> {
  const service = await Service.start({ ...options, whole: true });
  started.push(service);
  return service;
}
afterEach(async () => {
  for (const service of started.splice(0)) await service.stop();
});

async function listOf(service: Service, user: string): Promise<unknown> {
  return (await (await Api.of(service, await service.token(user))).call('cache/')).json;
}

/** Waits until none of the processes is left. */
async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(POLL_MS);
}

/** Ends a service by a signal and checks that nothing of it is left but its stores. */
async function endsWhole(service: Service, signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
  const family = await descendants(service.process.pid ?? 0);
  expect(family.length).toBeGreaterThan(3);
  service.process.kill(signal);
  expect(await service.ended).toBe(0);
  expect(family.filter(isAlive)).toEqual([]);
  expect([await listens(service.port), await listens(service.originPort)]).toEqual([false, false]);
}

describe('npm start', () => {
  it('ends with all that it started on SIGINT', async () => {
    const service = await start({ env: { DEMO: '0' } });
    await endsWhole(service, 'SIGINT');
  });

  it('ends with all that it started when npm is killed outright', async () => {
    const service = await start({ env: { DEMO: '0' } });
    const family = await descendants(service.process.pid ?? 0);
    service.process.kill('SIGKILL');
    await untilGone(family);
    expect(await listens(service.port)).toBe(false);
  });

  it('ends at once when told to while it starts', async () => {
    const service = await Service.launch({ whole: true });
    started.push(service);
    await service.lineWith(/applying migrations/);
    const family = await descendants(service.process.pid ?? 0);
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(family.filter(isAlive)).toEqual([]);
  });

  it('ends with a message and code 1 when one of its children does', async () => {
    const service = await start();
    const family = await descendants(service.process.pid ?? 0);
    const origin = await pidOf('demo/origin.ts', family);
    process.kill(origin, 'SIGKILL');
    expect(await service.ended).toBe(1);
    expect(service.lines.join('\n')).toContain('The demo origin ended');
    expect(family.filter(isAlive)).toEqual([]);
  });

  it('ends with all that it started on SIGTERM, and keeps what it holds for the next start with the same STATE_DIR', async () => {
    const first = await start();
    const before = await listOf(first, 'alice');
    expect(before).not.toEqual([]);
    await endsWhole(first, 'SIGTERM');
    const second = await start({ stateDir: first.stateDir, env: { DEMO: '0' } });
    expect(await listOf(second, 'alice')).toEqual(before);
    expect(await listens(second.originPort)).toBe(false);
  });

  it('comes up again when all of it was killed amid a load, and knows the refresh that it had accepted', async () => {
    const first = await start();
    await fetch(`${first.originUrl}/control`, { method: 'POST', body: JSON.stringify({ delay_ms: 60_000 }) });
    const alice = await Api.of(first, await first.token('alice'));
    const refresh = { method: 'POST', body: SHOWN_REFRESH, headers: { Prefer: 'wait=1' } };
    const { json } = await alice.call('cache/refresh/', refresh);
    expect(json).toMatchObject({ task_state: 'STARTED' });
    const npm = first.process.pid ?? 0;
    const family = [npm, ...(await descendants(npm))];
    for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await untilGone(family);

    const second = await start({ stateDir: first.stateDir, env: { JWT_SECRET: first.secret } });
    const again = await Api.of(second, await first.token('alice'));
    const { task_id } = json as { task_id: string };
    expect((await again.call(`cache/state/?task_id=${task_id}`)).status).toBe(200);
  });

  it('leaves the demo out with DEMO=0, and says what to do when its port is taken', async () => {
    const service = await start({ env: { DEMO: '0' } });
    const admin = await Api.of(service, await service.token('root', { scope: 'cache:admin' }));
    expect((await admin.call('resources/')).json).toEqual([]);
    expect(await listens(service.originPort)).toBe(false);
    const second = await Service.launch({ whole: true, env: { PORT: String(service.port) } });
    started.push(second);
    expect(await second.ended).toBe(1);
    expect(second.lines.join('\n')).toMatch(
      new RegExp(`Port ${service.port} is in use by another program.*PORT=\\d+ npm start`),
    );
  });
});

async function pidOf(script: string, pids: readonly number[]): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'pid=,args=', '-p', pids.join(',')]);
  const line = stdout.split('\n').find((candidate) => candidate.includes(script));
  return Number(line?.trim().split(/\s+/)[0]);
}
