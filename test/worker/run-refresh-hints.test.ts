/** What a task's message says of its load, and which queue it goes to: by the definition, and by what the last load was. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LoadClock } from '../../src/flows/load/load-clock.ts';
import { LoadSlots } from '../../src/flows/load/load-slots.ts';
import { sleep } from '../../src/waiting.ts';
import { stubOf } from '../support/object-loads.ts';
import { deliveries } from '../support/object-worker.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed, run, services, stateOf } from '../support/refreshes.ts';
import { until } from '../support/until.ts';

/** 2 MB, whose tables are small. */
const HEAVY: OriginAnswer = { body: JSON.stringify({ items: [{ a: 1 }], more: 'x'.repeat(2_000_000) }) };
/** Less than 50 KB, of 16,000 rows. */
const MANY_ROWS: OriginAnswer = { body: `a\n${'1\n'.repeat(16_000)}`, headers: { 'Content-Type': 'text/csv' } };
const LIGHT: OriginAnswer = { body: '{"items":[{"a":1}]}' };
const TABLES = [{ name: 't', rows: '/items', columns: ['a'] }];

/** Asks for a refresh; the last message of its task, and the queue that it came by. */
async function message(cache: Refreshed) {
  const taskId = await cache.ask();
  return until(() => {
    const last = deliveries.findLast(({ body }) => body.taskId === taskId);
    if (last === undefined) throw new Error('no message has come');
    return { taskId, ...last };
  });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a message', () => {
  it('names the resource, the host of its origin and the request, and goes to the queue of fast loads', async () => {
    const cache = await Refreshed.define();
    const taskId = await cache.ask({ requestId: 'r1' });
    const { host } = new URL(cache.origin.url);
    const body = { taskId, resource: cache.title, origin: host, requestId: 'r1' };
    await until(() => expect(deliveries).toContainEqual({ queue: 'freshet-refresh', body }));
  });

  it('goes to the queue of slow loads by the time-out of its resource', async () => {
    const cache = await Refreshed.define({ origin: { timeout_s: 31 } });
    expect((await message(cache)).queue).toBe('freshet-refresh-slow');
  });

  it('goes there after a load that took long, until one was quick', async () => {
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    const { taskId } = await message(cache);
    const onLease = () => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    await run(taskId, { onLease });
    const second = await message(cache);
    expect(second.queue).toBe('freshet-refresh-slow');
    await run(second.taskId);
    expect((await message(cache)).queue).toBe('freshet-refresh');
  });

  it('goes there after a time-out of the origin, also when the alarm sends it again', async () => {
    const cache = await Refreshed.define({ origin: { timeout_s: 1 }, retry: { max_attempts: 2 } });
    await cache.origin.answer({ hang: true });
    const { taskId } = await message(cache);
    await run(taskId);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await runDurableObjectAlarm(stubOf(cache.cache));
    await until(() =>
      expect(deliveries.filter(({ body }) => body.taskId === taskId).map(({ queue }) => queue)).toEqual([
        'freshet-refresh',
        'freshet-refresh-slow',
      ]),
    );
    await run(taskId);
    expect((await stateOf(taskId)).task.state).toBe('FAILURE');
    expect((await message(cache)).queue).toBe('freshet-refresh-slow');
  });

  it('says that the last answer was heavy, however little of it was kept, until one was light', async () => {
    const cache = await Refreshed.define({ tables: TABLES });
    await cache.origin.answer(HEAVY);
    const first = await message(cache);
    expect(first.body).not.toHaveProperty('heavy');
    await run(first.taskId);
    const second = await message(cache);
    expect(second.body.heavy).toBe(true);
    await cache.origin.answer(LIGHT);
    await run(second.taskId);
    expect((await message(cache)).body).not.toHaveProperty('heavy');
  });

  it('says that it was heavy by its rows alone', async () => {
    const cache = await Refreshed.define({ format: 'csv', tables: [{ name: 't', columns: ['a'] }] });
    await cache.origin.answer(MANY_ROWS);
    await run((await message(cache)).taskId);
    const { taskId, body } = await message(cache);
    expect(body.heavy).toBe(true);
    await run(taskId);
    expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
    expect((await message(cache)).body.heavy).toBe(true);
  });

  it('continues saying so after an answer without a body', async () => {
    const cache = await Refreshed.define({ tables: TABLES });
    await cache.origin.answer({ ...HEAVY, headers: { ETag: '"e"' } });
    await run((await message(cache)).taskId);
    await cache.origin.answer({ status: 304 });
    await run((await message(cache)).taskId);
    expect((await message(cache)).body.heavy).toBe(true);
  });
});

describe('a load that is known to be heavy', () => {
  it('is not claimed before it has its turn', async () => {
    const slots = new LoadSlots();
    await slots.enter({ heavy: true }, Date.now());
    const cache = await Refreshed.define();
    const taskId = await cache.ask();
    expect(await run(taskId, { slots, wanted: { heavy: true } })).toEqual({ ack: false, delayS: 1 });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'PENDING', attempt: 0 });
  });

  it('by a failed attempt alone asks the origin in its turn, though its message does not say so', async () => {
    const cache = await Refreshed.define({ tables: TABLES, retry: { max_attempts: 2, backoff_s: 1 } });
    await cache.origin.answer(HEAVY);
    const taskId = await cache.ask();
    await run(taskId, { blobs: { ...services.blobs, put: () => Promise.reject(new Error('R2 is away')) } });
    expect((await stateOf(taskId)).task.state).toBe('RETRY');
    await cache.origin.answer(LIGHT);
    const asked = await cache.origin.requests();
    const slots = new LoadSlots();
    const other = await slots.enter({ heavy: true }, Date.now());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    let askedMeanwhile: unknown;
    const onLease = async () => {
      await sleep(200);
      askedMeanwhile = await cache.origin.requests();
      other?.release();
    };
    await run(taskId, { slots, onLease: () => void onLease() });
    expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
    expect(askedMeanwhile).toEqual(asked);
  });
});

describe('a load that turns out to have many rows', () => {
  it('waits half-way until it is the one heavy load', async () => {
    const slots = new LoadSlots();
    const other = await slots.enter({ heavy: true }, Date.now());
    const cache = await Refreshed.define({ format: 'csv', tables: [{ name: 't', columns: ['a'] }] });
    await cache.origin.answer(MANY_ROWS);
    const taskId = await cache.ask();
    const waits = vi.spyOn(LoadClock.prototype, 'standStill');
    const running = run(taskId, { slots });
    await until(() => expect(waits).toHaveBeenCalledOnce());
    expect((await stateOf(taskId)).task.state).toBe('STARTED');
    other?.release();
    await running;
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'SUCCESS' });
  });
});
