/** Consumers that are killed amid page 3 of 5, and loads that meet there (DESIGN invariants 2, 8, 10 and 11). */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningLoad } from '../../src/flows/load/run-refresh.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Invocation } from '../support/cut-invocation.ts';
import { stubOf } from '../support/object-loads.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { run, services, stateOf } from '../support/refreshes.ts';
import { Sourced } from '../support/sourced.ts';
import { until } from '../support/until.ts';

const TABLE = { name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] };

/** These answers one after the other; the last again and again. */
function chain([first = {}, ...others]: OriginAnswer[]): OriginAnswer {
  return others.length === 0 ? first : { ...first, next: chain(others) };
}
/** Five pages of one row each, of the origin's `state`; the last has the link to what changes after it. */
const pagesOf = (state: number, from: number): OriginAnswer[] =>
  Array.from({ length: 5 }, (_page, at) => {
    const link = at < 4 ? { next: `?state=${state}&p=${at + 2}` } : { delta: `?delta=${state}` };
    return { body: JSON.stringify({ value: [{ id: from + at, a: `s${state}` }], ...link }) };
  });
const queriesOf = (state: number, first: string) => [first, ...[2, 3, 4, 5].map((p) => `?state=${state}&p=${p}`)];

const define = () =>
  Sourced.over(
    { concurrency: 1 },
    {
      tables: [TABLE],
      retry: { max_attempts: 5, backoff_s: 0 },
      origin: { pages: { next: '/next' }, changes: { link: '/delta' }, timeout_s: 300 },
    },
  );
const asked = async ({ origin }: Sourced) => (await origin.requests()).map(({ path }) => path.split('/data')[1]);
/** Waits until so many requests have come in all. */
const untilAsked = (cache: Sourced, count: number) => until(async () => expect(await asked(cache)).toHaveLength(count));
const held = async (cache: Sourced) => {
  const entry = await d1Entries(env.DB).find(cache.cache.key);
  const body = entry?.loaded ? await cache.body(entry) : '[{"data":[]}]';
  const rows: string[] = JSON.parse(body)[0].data.map(([, ...cells]: unknown[]) => cells.join());
  return { version: entry?.loaded?.version ?? 0, rows: rows.toSorted() };
};
const rowsOf = (state: number, from: number) => Array.from({ length: 5 }, (_row, at) => `${from + at},s${state}`);

/** A delivery in an isolate of its own, which hangs at page 3; `kill` ends its invocation without a word. */
async function hungAtPage3(cache: Sourced, state: number, from: number) {
  const before = (await asked(cache)).length;
  await cache.origin.answer(chain([...pagesOf(state, from).slice(0, 2), { hold: true }]));
  const taskId = await cache.ask();
  const invocation = new Invocation(services);
  const loads: RunningLoad[] = [];
  const work = run(taskId, {
    ...invocation.services,
    fetch: invocation.fetch,
    wanted: cache.wanted,
    onLease: (load) => loads.push(load),
  });
  await untilAsked(cache, before + 3);
  const leaseMs = loads[0]?.lease.leaseMs ?? 0;
  const kill = async () => {
    invocation.cut();
    // What is still held is answered to nobody; else it would take the first of the answers that follow.
    await cache.origin.answer({ status: 500 });
  };
  return { taskId, work, kill, leaseMs };
}
/** Puts the clock forward: of objects, gates and loads. */
const pass = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

afterEach(() => {
  vi.useRealTimers();
});

describe('a consumer that is killed amid page 3 of 5', () => {
  it('leaves a task that is loaded once, by pages of the next attempt alone, and gives its place at the source back', async () => {
    const cache = await define();
    const { taskId, kill, leaseMs } = await hungAtPage3(cache, 1, 1);
    await kill();
    // Its lease and its permit stand: its message, and another delivery of it, ask nobody.
    expect(await run(taskId, { wanted: cache.wanted })).toMatchObject({ ack: false });
    expect(await run(taskId)).toMatchObject({ ack: false });
    expect((await cache.gate.view()).permits).toBe(1);
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'STARTED', attempt: 1 });
    pass(leaseMs + 1000);
    // The origin has other rows by then: none of the first two pages may be among them.
    await cache.origin.answer(chain(pagesOf(2, 11)));
    expect(await run(taskId, { wanted: cache.wanted })).toEqual({ ack: true });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'SUCCESS', attempt: 2, version: 1 });
    expect(await held(cache)).toEqual({ version: 1, rows: rowsOf(2, 11) });
    expect((await asked(cache)).slice(3)).toEqual(queriesOf(2, ''));
    expect((await cache.gate.view()).permits).toBe(0);
    expect(await cache.objects()).toHaveLength(1);
  });

  it('of what changed, begins the chain of links again where the last version left it', async () => {
    const cache = await define();
    await cache.origin.answer(chain(pagesOf(1, 1)));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    const { taskId, kill, leaseMs } = await hungAtPage3(cache, 2, 3);
    await kill();
    pass(leaseMs + 1000);
    await cache.origin.answer(chain(pagesOf(3, 3)));
    expect(await run(taskId, { wanted: cache.wanted })).toEqual({ ack: true });
    const rows = ['1,s1', '2,s1', ...rowsOf(3, 3)].toSorted();
    expect(await held(cache)).toEqual({ version: 2, rows });
    await cache.origin.answer(chain(pagesOf(4, 3)));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    expect(await asked(cache)).toEqual([
      ...queriesOf(1, ''),
      ...queriesOf(2, '?delta=1').slice(0, 3),
      ...queriesOf(3, '?delta=1'),
      ...queriesOf(4, '?delta=3'),
    ]);
  });

  it('again and again, uses up its attempts, and the last version stands', async () => {
    const cache = await define();
    await cache.origin.answer(chain(pagesOf(1, 1)));
    await cache.refresh();
    const before = await held(cache);
    await cache.redefine({
      tables: [TABLE],
      retry: { max_attempts: 1, backoff_s: 0 },
      origin: { source: cache.source, url: 'data', pages: { next: '/next' }, timeout_s: 300 },
    });
    const { taskId, kill, leaseMs } = await hungAtPage3(cache, 2, 11);
    await kill();
    pass(leaseMs + 1000);
    expect(await run(taskId, { wanted: cache.wanted })).toEqual({ ack: true });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'FAILURE', attempt: 1 });
    expect(await held(cache)).toEqual(before);
    expect((await cache.gate.view()).permits).toBe(0);
  });
});

describe('an object that is created again amid page 3 of 5', () => {
  it.each(['the cache', 'the gate'])('(%s) knows the load, which continues and is committed once', async (which) => {
    const cache = await define();
    const { taskId, work } = await hungAtPage3(cache, 1, 1);
    await evictDurableObject(which === 'the cache' ? stubOf(cache.cache) : env.SOURCE_GATE.getByName(cache.source));
    expect((await cache.gate.view()).permits).toBe(1);
    expect(await run(taskId)).toMatchObject({ ack: false });
    await cache.origin.answer(chain(pagesOf(1, 1).slice(2)));
    expect(await work).toEqual({ ack: true });
    expect(await held(cache)).toEqual({ version: 1, rows: rowsOf(1, 1) });
    expect(await asked(cache)).toEqual(queriesOf(1, ''));
    expect((await cache.gate.view()).permits).toBe(0);
  });
});

describe('two loads of one cache at once', () => {
  it('are one: another delivery, and another task, wait for the one that is amid its pages', async () => {
    const cache = await define();
    const { taskId, work } = await hungAtPage3(cache, 1, 1);
    const later = await cache.ask();
    for (const id of [taskId, later]) expect(await run(id)).toMatchObject({ ack: false });
    await cache.origin.answer(chain([...pagesOf(1, 1).slice(2), ...pagesOf(2, 1)]));
    expect(await work).toEqual({ ack: true });
    expect(await run(later, { wanted: cache.wanted })).toEqual({ ack: true });
    expect(await held(cache)).toEqual({ version: 2, rows: rowsOf(2, 1) });
    expect(await asked(cache)).toEqual([...queriesOf(1, ''), ...queriesOf(2, '?delta=1')]);
  });

  it('of which one outlived its lease, are the other: pages that come later commit nothing', async () => {
    const cache = await define();
    const first = await hungAtPage3(cache, 1, 1);
    pass(first.leaseMs + 1000);
    // Page 3 of the first is still held; what is answered from now on is the second's.
    const second = new Sourced({ of: 'x' });
    await second.origin.answer(chain(pagesOf(2, 11)));
    await cache.changeSource({ url: second.origin.url });
    expect(await run(first.taskId, { wanted: cache.wanted })).toEqual({ ack: true });
    const won = await held(cache);
    expect(won).toEqual({ version: 1, rows: rowsOf(2, 11) });
    await cache.origin.answer(chain(pagesOf(1, 1).slice(2)));
    expect(await first.work).toMatchObject({ ack: false });
    expect(await held(cache)).toEqual(won);
    const changes = await runInDurableObject(stubOf(cache.cache), (_object, { storage: { sql } }) =>
      JSON.stringify([...sql.exec('SELECT * FROM keys')]),
    );
    expect(changes).toContain('delta=2');
    expect(changes).not.toContain('delta=1');
    expect((await cache.gate.view()).permits).toBe(0);
    expect(await run(first.taskId)).toEqual({ ack: true });
    expect(await asked(second)).toEqual(queriesOf(2, ''));
  });
});
