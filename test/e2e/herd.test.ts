/** Many at once (CONTRACT 2 and 3, DESIGN invariants 2 and 5), against a real service and origins that count. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { Service } from './support/service.ts';
import { SlowOrigin } from './support/slow-origin.ts';

let service: Service;
let admin: Api;
let user: Api;
const origins: SlowOrigin[] = [];

beforeAll(async () => {
  service = await Service.start({ env: { DEMO: '0', RATE_LIMITS: 'off' } });
  admin = await Api.of(service, await service.token('root', { scope: 'cache:admin' }));
  user = admin.as(await service.token('alice'));
});
afterAll(async () => {
  await service?.stop();
  for (const origin of origins) await origin.stop();
});

/** An origin of its own with a resource of its own; both take the parameter `n`. */
async function resource(title: string, delayMs: number | (() => Promise<number>)): Promise<SlowOrigin> {
  const origin = await SlowOrigin.start(delayMs);
  origins.push(origin);
  await define(title, origin);
  return origin;
}

/** A resource of the origin. */
async function define(title: string, origin: SlowOrigin): Promise<void> {
  const definition = {
    origin: { url: `${origin.url}/${title}{?n}`, timeout_s: 120 },
    parameters: { type: 'object', properties: { n: { type: 'integer', default: 0 } } },
    wait_s: 30,
    tables: [{ name: 'items', rows: '/items', columns: ['id', 'path', 'answer'] }],
  };
  expect((await admin.call(`resources/${title}/`, { method: 'PUT', body: definition })).status).toBe(201);
}

async function refresh(title: string, n = 0, prefer = 'respond-async'): Promise<string> {
  const body = { resource_title: title, n };
  const answer = await user.call('cache/refresh/', { method: 'POST', body, headers: { Prefer: prefer } });
  expect(answer.status).toBe(200);
  return (answer.json as { task_id: string }).task_id;
}

/** State of a task once it has ended, or after two minutes. */
async function outcome(taskId: string): Promise<string> {
  for (let asked = 0; asked < 4; asked += 1) {
    const answer = await user.call(`cache/state/?task_id=${taskId}`, { headers: { Prefer: 'wait=30' } });
    const { task_state: state } = answer.json as { task_state: string };
    if (['SUCCESS', 'FAILURE', 'REVOKED'].includes(state)) return state;
  }
  return 'unfinished';
}

function times<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

describe('a herd', () => {
  it('of 50 first readers of one cache costs one request of the origin, and all get the same', async () => {
    const origin = await resource('first-read', 300);
    const answers = await times(50, () => user.call('rpc/first-read/'));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(origin.requests).toEqual(['/first-read?n=0']);
  });

  it('of 100 refreshes while one runs waits together behind it', async () => {
    const { promise: allAsked, resolve: answer } = Promise.withResolvers<number>();
    const origin = await resource('behind', () => allAsked);
    const arrived = origin.arrival();
    const running = await refresh('behind');
    await arrived;
    const ids = new Set([running, ...(await times(100, () => refresh('behind')))]);
    answer(0);
    expect(ids.size).toBeLessThanOrEqual(2);
    expect(await Promise.all(Array.from(ids, outcome))).toEqual(Array.from(ids, () => 'SUCCESS'));
    expect(origin.requests.length).toBeLessThanOrEqual(2);
    expect(origin.mostAtOnce).toBe(1);
  });

  it('of 300 refreshes of 300 caches all succeed, several at a time', async () => {
    const origin = await resource('many', 200);
    const ids = await times(300, (n) => refresh('many', n));
    expect(new Set(ids).size).toBe(300);
    const states: string[] = [];
    // No more than browsers and proxies would hold open at once.
    for (let at = 0; at < ids.length; at += 50)
      states.push(...(await Promise.all(ids.slice(at, at + 50).map(outcome))));
    expect(new Set(states)).toEqual(new Set(['SUCCESS']));
    expect(origin.requests).toHaveLength(300);
    expect(origin.mostAtOnce).toBeGreaterThan(1);
  });

  it('is not held up by an origin that hangs, or by another resource of its host', async () => {
    const hanging = await SlowOrigin.start((path) => (path.startsWith('/hanging') ? Number.POSITIVE_INFINITY : 20));
    origins.push(hanging);
    for (const title of ['hanging', 'neighbour']) await define(title, hanging);
    await resource('prompt', 20);
    await times(20, (n) => refresh('hanging', n));
    // It has taken all the places that one origin has.
    while (hanging.requests.length < 6) await sleep(20);
    const ids = await times(20, (n) => refresh(n % 2 === 0 ? 'prompt' : 'neighbour', n));
    expect(new Set(await Promise.all(ids.map(outcome)))).toEqual(new Set(['SUCCESS']));
    expect(hanging.requests.filter((path) => path.startsWith('/hanging'))).toHaveLength(6);
  });
});
