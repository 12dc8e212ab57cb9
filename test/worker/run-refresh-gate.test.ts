/** Loads at the gate of their source (DESIGN "The gate of a source"). */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Source } from '../../src/contract/source.ts';
import { LoadSlots } from '../../src/flows/load/load-slots.ts';
import type { RunningLoad } from '../../src/flows/load/run-refresh.ts';
import { sourceGates } from '../../src/object/gate-client.ts';
import { SourceGate } from '../../src/object/source-gate.ts';
import type { SourceGateVerbs } from '../../src/ports/source-gate.ts';
import { d1Sources } from '../../src/stores/sources.ts';
import { sleep } from '../../src/waiting.ts';
import { unique } from '../support/entries.ts';
import { deliveries } from '../support/object-worker.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed, run, stateOf } from '../support/refreshes.ts';

type Limits = Pick<v.InferInput<typeof Source>, 'concurrency' | 'rate'>;

const gates = sourceGates(env.SOURCE_GATE);
const RETRIES = { max_attempts: 5, backoff_s: 0 };

/** A source with these limits, and resources over it, each with an origin of its own at the same host. */
async function sourceOf(limits: Limits, resources = 1) {
  const name = unique('source');
  const base = new URL((await Refreshed.define()).origin.url).origin;
  await d1Sources([env.DB]).put(name, v.parse(Source, { url: base, ...limits }), false, null, Date.now());
  const all = await Promise.all(
    Array.from({ length: resources }, async () => {
      const made = new Refreshed({ of: 'x' });
      await made.origin.answerJson({ n: 1 });
      const url = `${new URL(made.origin.url).pathname}/data`;
      await made.redefine({ origin: { source: name, url }, retry: RETRIES });
      return made;
    }),
  );
  const wanted = ({ title }: Refreshed) => ({ resource: title, gate: name });
  return { name, first: all[0] as Refreshed, all, wanted, gate: gates(name) };
}

/** Takes a permit as another isolate's load would. */
const takePermit = (gate: SourceGateVerbs, limits: Limits, load = 'another') =>
  gate.enter({
    load,
    ttlMs: 60_000,
    force: false,
    limits: { concurrency: limits.concurrency ?? null, rate: null },
    asOf: 0,
  });

const asks = async ({ origin }: Refreshed) => (await origin.requests()).length;

describe('a load over a source with limits', () => {
  it('is not claimed while the gate is full, and uses no attempt; it continues when a permit is given back', async () => {
    const { first, gate, wanted } = await sourceOf({ concurrency: 1 });
    await takePermit(gate, { concurrency: 1 });
    const taskId = await first.ask();
    expect(await run(taskId, { wanted: wanted(first) })).toMatchObject({ ack: false, delayS: expect.any(Number) });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'PENDING', attempt: 0 });
    expect(await asks(first)).toBe(0);
    await gate.leave({ load: 'another', isWell: true });
    expect(await run(taskId, { wanted: wanted(first) })).toEqual({ ack: true });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'SUCCESS', attempt: 1 });
    expect((await gate.view()).permits).toBe(0);
  });

  it('does not reach the source either if its message does not name the gate', async () => {
    const { first, gate } = await sourceOf({ concurrency: 1 });
    await takePermit(gate, { concurrency: 1 });
    const taskId = await first.ask();
    expect(await run(taskId)).toMatchObject({ ack: false });
    const { task } = await stateOf(taskId);
    expect(task).toMatchObject({ state: 'RETRY', error: { type: '/docs/problems#overloaded' } });
    expect(await asks(first)).toBe(0);
    await gate.leave({ load: 'another', isWell: true });
  });

  it('closes the source for all others when that answers 429, also for those that have not asked it yet', async () => {
    const { all, gate, wanted } = await sourceOf({ concurrency: 4 }, 2);
    const [busy, other] = all as [Refreshed, Refreshed];
    await busy.origin.answer({ status: 429, headers: { 'Retry-After': '60' } });
    await run(await busy.ask(), { wanted: wanted(busy) });
    const { closedUntil, closedBy } = await gate.view();
    expect(closedBy).toBe(429);
    expect(Math.abs((closedUntil ?? 0) - Date.now() - 60_000)).toBeLessThan(30_000);
    const taskId = await other.ask();
    const disposition = await run(taskId, { wanted: wanted(other) });
    expect(disposition).toMatchObject({ ack: false });
    expect('delayS' in disposition && disposition.delayS).toBeGreaterThan(20);
    expect(await asks(other)).toBe(0);
  });

  it('goes past "closed" when an administrator forces it, and not past "full"', async () => {
    const { first, gate, wanted } = await sourceOf({ concurrency: 1 });
    await gate.close({ status: 429, retryAfterMs: 60_000 });
    const taskId = await first.ask({ force: true });
    await takePermit(gate, { concurrency: 1 });
    const forced = { ...wanted(first), force: true };
    await gate.enter({ load: 'another', ttlMs: 60_000, force: true, limits: { concurrency: 1, rate: null }, asOf: 0 });
    expect(await run(taskId, { wanted: forced })).toMatchObject({ ack: false });
    await gate.leave({ load: 'another', isWell: false });
    expect(await run(taskId, { wanted: forced })).toEqual({ ack: true });
    expect(await asks(first)).toBe(1);
  });

  it('that goes by no pace does not ask again either while the source is closed that told it so', async () => {
    const { name, first, wanted } = await sourceOf({ concurrency: 1 });
    const url = `${new URL(first.origin.url).pathname}/data`;
    const tables = [{ name: 't', rows: '/rows', columns: ['id'] }];
    await first.redefine({ origin: { source: name, url, pages: { next: '/next' } }, tables });
    await first.origin.answer({ status: 429, next: { body: '{"rows":[]}' } });
    const calls: string[] = [];
    const noting = (of: string): SourceGateVerbs => ({
      ...gates(of),
      enter: (request) => gates(of).enter(request),
      close: async (request) => void calls.push(`close ${request.status}`),
      more: async () => {
        calls.push(`more, after ${await asks(first)}`);
        return calls.length === 2 ? { outcome: 'wait', reason: 'closed', waitMs: 1 } : { outcome: 'more', slots: [0] };
      },
      leave: (request) => gates(of).leave(request),
    });
    expect(await run(await first.ask(), { gates: noting, wanted: wanted(first), random: () => 0 })).toEqual({
      ack: true,
    });
    expect(calls).toEqual(['close 429', 'more, after 1', 'more, after 1']);
    expect(await asks(first)).toBe(2);
  });

  it('makes a request only when the pace of the source has a slot for it, redirects included', async () => {
    const { first, gate, wanted } = await sourceOf({ concurrency: 2, rate: { requests: 2, per_s: 3600 } });
    await first.origin.answer({ status: 302, headers: { Location: '?x' }, next: { body: '{"n":1}' } });
    expect(await run(await first.ask(), { wanted: wanted(first) })).toEqual({ ack: true });
    expect(await asks(first)).toBe(2);
    expect(((await gate.view()).nextRequestAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
    const taskId = await first.ask();
    expect(await run(taskId, { wanted: wanted(first) })).toMatchObject({ ack: false });
    expect((await stateOf(taskId)).task.state).toBe('PENDING');
    expect(await asks(first)).toBe(2);
  });

  it('takes a slot for each page, and has a lease that lasts while its pace makes it wait', async () => {
    const { name, first, gate, wanted } = await sourceOf({ concurrency: 3, rate: { requests: 3, per_s: 3600 } });
    const url = `${new URL(first.origin.url).pathname}/data`;
    await first.redefine({
      origin: { source: name, url, pages: { next: '/next' }, timeout_s: 60 },
      tables: [{ name: 't', rows: '/rows', columns: ['id'] }],
    });
    const page = (next?: OriginAnswer) => ({
      body: JSON.stringify({ rows: [{ id: 1 }], next: next === undefined ? null : '?next' }),
      ...(next === undefined ? {} : { next }),
    });
    await first.origin.answer(page(page()));
    const leases: number[] = [];
    const onLease = ({ lease }: RunningLoad) => leases.push(lease.leaseMs);
    expect(await run(await first.ask(), { wanted: wanted(first), onLease })).toEqual({ ack: true });
    expect(await asks(first)).toBe(2);
    expect(leases).toEqual([780_000]);
    // One is left: the next load has its first request, and no more.
    expect((await gate.view()).nextRequestAt).toBeNull();
    expect(await run(await first.ask(), { wanted: wanted(first) })).toEqual({ ack: true });
    expect((await gate.view()).nextRequestAt).not.toBeNull();
  });

  it.each([
    ['before the claim', true, 'PENDING'],
    ['after it', false, 'RETRY'],
  ])('asks nobody while the gate gives no answer: %s', async (_when, isTold, state) => {
    const { first, wanted } = await sourceOf({ concurrency: 1 });
    const taskId = await first.ask();
    const down = () => ({ ...gates('nobody'), enter: () => Promise.reject(new Error('down')) });
    const disposition = await run(taskId, { gates: down, ...(isTold ? { wanted: wanted(first) } : {}) });
    expect(disposition).toMatchObject({ ack: false });
    expect((await stateOf(taskId)).task.state).toBe(state);
    expect(await asks(first)).toBe(0);
  });

  it('gives its permit back when it fails, and when it finds its task ended', async () => {
    const { first, gate, wanted } = await sourceOf({ concurrency: 1 });
    await first.origin.answer({ status: 500 });
    const taskId = await first.ask();
    await run(taskId, { wanted: wanted(first) });
    expect((await gate.view()).permits).toBe(0);
    await first.origin.answerJson({ n: 2 });
    const { task } = await first.refresh();
    await run(task.taskId, { wanted: wanted(first) });
    expect((await gate.view()).permits).toBe(0);
  });

  it('costs two calls of the gate, and none where there are no limits', async () => {
    const calls: string[] = [];
    const counted = (name: string) =>
      new Proxy(gates(name), {
        get: (gate, verb: keyof SourceGateVerbs) => {
          calls.push(verb);
          return gate[verb];
        },
      });
    const { first, wanted } = await sourceOf({ concurrency: 1 });
    await run(await first.ask(), { gates: counted, wanted: wanted(first) });
    expect(calls).toEqual(['enter', 'leave']);
    const { first: free } = await sourceOf({});
    expect(await run(await free.ask(), { gates: counted })).toEqual({ ack: true });
    const bare = await Refreshed.define();
    await bare.origin.answerJson({ n: 1 });
    expect(await run(await bare.ask(), { gates: counted })).toEqual({ ack: true });
    expect(calls).toHaveLength(2);
  });

  it('is described in its message: the gate, and that it is forced', async () => {
    const { name, first } = await sourceOf({ concurrency: 1 });
    const taskId = await first.ask({ force: true });
    await expect
      .poll(() => deliveries.find(({ body }) => body.taskId === taskId)?.body)
      .toMatchObject({ resource: first.title, gate: name, force: true });
  });
});

it('complaint 27: at no moment does a source get more requests at once than it takes, however many isolates have loads for it', async () => {
  const { all, wanted } = await sourceOf({ concurrency: 2 }, 8);
  const isolates = [new LoadSlots(), new LoadSlots(), new LoadSlots()];
  let now = 0;
  let most = 0;
  const fetch = async (url: string, init: RequestInit) => {
    now += 1;
    most = Math.max(most, now);
    try {
      const response = await globalThis.fetch(url, init);
      // Others come meanwhile.
      await sleep(20);
      return response;
    } finally {
      now -= 1;
    }
  };
  await Promise.all(
    all.map(async (one, at) => {
      const taskId = await one.ask();
      const slots = isolates[at % isolates.length] as LoadSlots;
      // The message comes again at once, however long it was to wait.
      while (!(await run(taskId, { fetch, slots, wanted: wanted(one) })).ack) await sleep(5);
      expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
    }),
  );
  expect(most).toBe(2);
});

describe('a gate', () => {
  it('knows its permits, its pace and that it is closed when it is created again', async () => {
    const name = unique('gate');
    const limits = { concurrency: 2, rate: { requests: 2, perMs: 3_600_000 } };
    const enter = (load: string) => gates(name).enter({ load, ttlMs: 600_000, force: false, limits, asOf: 1 });
    await enter('a');
    await enter('b');
    await gates(name).close({ status: 503, retryAfterMs: 300_000 });
    const before = await gates(name).view();
    await evictDurableObject(env.SOURCE_GATE.getByName(name));
    const after = await gates(name).view();
    // The pace is kept a little ahead.
    expect({ ...after, nextRequestAt: null }).toEqual({ ...before, nextRequestAt: null });
    expect((after.nextRequestAt ?? 0) - (before.nextRequestAt ?? 0)).toBeGreaterThanOrEqual(0);
    expect((after.nextRequestAt ?? 0) - (before.nextRequestAt ?? 0)).toBeLessThanOrEqual(1000);
  });

  it('leaves nothing behind where it is only looked at, and nothing after its source', async () => {
    const name = unique('gate');
    const tables = () =>
      runInDurableObject(env.SOURCE_GATE.getByName(name), (_gate, { storage }) => [
        ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('permits', 'gate')"),
      ]);
    await gates(name).view();
    expect(await tables()).toEqual([]);
    await takePermit(gates(name), { concurrency: 1 });
    expect(await tables()).toHaveLength(2);
    await gates(name).forget();
    expect(await tables()).toEqual([]);
    expect((await gates(name).view()).permits).toBe(0);
    expect(await takePermit(gates(name), { concurrency: 1 })).toMatchObject({ outcome: 'entered' });
  });

  it('writes two rows a load, and few for the pace', async () => {
    const written = await runInDurableObject(env.SOURCE_GATE.getByName(unique('gate')), async (_gate, state) => {
      let rows = 0;
      const exec = state.storage.sql.exec.bind(state.storage.sql);
      Object.defineProperty(state.storage.sql, 'exec', {
        configurable: true,
        value: (sql: string, ...values: unknown[]) => {
          const cursor = exec(sql, ...values);
          cursor.toArray();
          rows += cursor.rowsWritten;
          return cursor;
        },
      });
      const gate = new SourceGate(state, env);
      const counted = async (limits: Parameters<typeof gate.enter>[0]['limits'], loads: number) => {
        const enter = (load: string) => gate.enter({ load, ttlMs: 60_000, force: false, limits, asOf: 1 });
        await enter('first');
        await gate.leave({ load: 'first', isWell: true });
        const before = rows;
        for (let n = 0; n < loads; n += 1) {
          expect(await enter(String(n))).toMatchObject({ outcome: 'entered' });
          await gate.leave({ load: String(n), isWell: true });
        }
        return rows - before;
      };
      const plain = await counted({ concurrency: 4, rate: null }, 50);
      const paced = await counted({ concurrency: 100, rate: { requests: 10_000, perMs: 60_000 } }, 50);
      return { plain, paced };
    });
    expect(written.plain).toBe(100);
    expect(written.paced).toBeLessThanOrEqual(102);
  });
});
