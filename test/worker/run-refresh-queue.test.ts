import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { LoadSlots, loadSlots } from '../../src/flows/load/load-slots.ts';
import type { Services } from '../../src/flows/services.ts';
import { handleDeadRefreshBatch, handleDeadSyncBatch } from '../../src/queues/dead-letter.ts';
import { handleBatch } from '../../src/queues/handle-batch.ts';
import { handleRefreshBatch, type QueueServices } from '../../src/queues/refresh-queue.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { sleep } from '../../src/waiting.ts';
import { Invocation } from '../support/cut-invocation.ts';
import { unique } from '../support/entries.ts';
import { delivered } from '../support/object-worker.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed, services, stateOf } from '../support/refreshes.ts';
import { listed, sampleRecord } from '../support/sync-records.ts';
import { until } from '../support/until.ts';

/** A batch, and with what delay each of its messages is handed back. */
function batchOf(bodies: unknown[]) {
  const batch = createMessageBatch(
    'freshet-refresh',
    bodies.map((body, at) => ({ id: `${at}`, timestamp: new Date(), attempts: 1, body })),
  );
  const delays: Record<string, number | undefined> = {};
  for (const message of batch.messages) {
    const retry = message.retry.bind(message);
    vi.spyOn(message, 'retry').mockImplementation((options) => {
      delays[message.id] = options?.delaySeconds;
      retry(options);
    });
  }
  return { batch, delays };
}

/** Handles the bodies as one batch; `work` is what went on under `waitUntil`. */
async function handle(bodies: unknown[], more: Partial<QueueServices> = {}, slots = new LoadSlots()) {
  const { batch, delays } = batchOf(bodies);
  const context = createExecutionContext();
  const work: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>) => void work.push(promise);
  await handleRefreshBatch(batch, { ...services, waitUntil, ...more }, { slots });
  const { explicitAcks } = await getQueueResult(batch, context);
  return { acknowledged: explicitAcks, delays, work };
}

/** Handles the bodies in an invocation that is cut so long after its handler's return. */
async function handleAndCut(bodies: unknown[], { stayMs, waitUntilMs, slots = new LoadSlots() }: Cut) {
  const { batch, delays } = batchOf(bodies);
  const settings = { ...services.settings, waitUntilMs };
  const invocation = new Invocation({ ...services, settings });
  await handleRefreshBatch(batch, invocation.services, { slots, stayMs, fetch: invocation.fetch });
  invocation.returned(waitUntilMs);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  return { acknowledged: explicitAcks, delays, invocation };
}
interface Cut {
  stayMs: number;
  waitUntilMs: number;
  slots?: LoadSlots;
}

/** 2 MB, told so only as it comes. */
const HEAVY: OriginAnswer = { body: 'x'.repeat(20_000), times: 100 };

async function slow(delayMs: number, members: Parameters<typeof Refreshed.define>[0] = {}): Promise<Refreshed> {
  const cache = await Refreshed.define(members);
  await cache.origin.answer({ body: 'x', delay_ms: delayMs });
  return cache;
}

describe('a batch of refresh messages', () => {
  it('is run side by side, and what is not understood is acknowledged', async () => {
    const caches = await Promise.all([slow(0), slow(0), slow(0)]);
    const taskIds = await Promise.all(caches.map((cache) => cache.ask()));
    const bodies = [
      ...taskIds.map((taskId) => ({ taskId, added: 'by a newer release' })),
      'garbage',
      { taskId: 'x' },
      null,
    ];
    const { acknowledged, delays } = await handle(bodies);
    expect([acknowledged.toSorted(), delays]).toEqual([['0', '1', '2', '3', '4', '5'], {}]);
    for (const taskId of taskIds) expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
  });

  it('hands a message back that is due again later', async () => {
    const cache = await Refreshed.define({ retry: { max_attempts: 2, backoff_s: 600 } });
    await cache.origin.answer({ status: 500, headers: { 'Retry-After': '60' } });
    const { delays } = await handle([{ taskId: await cache.ask() }]);
    expect(delays['0']).toBeGreaterThanOrEqual(59);
  });

  it('stays with a load until the rest of its time-out fits into what the platform lets continue', async () => {
    const cache = await slow(700, { origin: { timeout_s: 5 }, retry: { max_attempts: 1 } });
    const taskId = await cache.ask();
    const { acknowledged, invocation } = await handleAndCut([{ taskId }], { stayMs: 20, waitUntilMs: 100 });
    expect([acknowledged, invocation.goesOn]).toEqual([['0'], []]);
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'SUCCESS', attempt: 1 });
    expect(await cache.origin.requests()).toHaveLength(1);
  });

  it('leaves a load that fits to continue, and hands its message back until the lease is over', async () => {
    const cache = await slow(0, { origin: { timeout_s: 30 } });
    await cache.origin.answer({ hold: true });
    const taskId = await cache.ask();
    const { delays, invocation } = await handleAndCut([{ taskId }], { stayMs: 1, waitUntilMs: 60_000 });
    expect(delays).toEqual({ 0: expect.closeTo(120, -1) });
    expect((await stateOf(taskId)).task.state).toBe('STARTED');
    await cache.origin.answer({ body: 'x' });
    await Promise.all(invocation.goesOn);
    expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
    expect(await cache.origin.requests()).toHaveLength(1);
  });

  it('has the object send another message, once that is due, for a load that fails after its own was handed back', async () => {
    const cache = await slow(0, { origin: { timeout_s: 30 }, retry: { max_attempts: 2, backoff_s: 0 } });
    await cache.origin.answer({ hold: true });
    const taskId = await cache.ask();
    const { invocation } = await handleAndCut([{ taskId }], { stayMs: 1, waitUntilMs: 60_000 });
    const messages = () => delivered.filter((id) => id === taskId).length;
    const before = messages();
    await cache.origin.answer({ status: 503 });
    await Promise.all(invocation.goesOn);
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'RETRY', attempt: 1 });
    await expect.poll(messages).toBe(before + 1);
  });

  it('is not kept from its end by one load that hangs', async () => {
    const [hung, quick] = await Promise.all([slow(0, { origin: { timeout_s: 1 } }), slow(0)]);
    await hung.origin.answer({ hang: true });
    const [hungTask, quickTask] = await Promise.all([hung.ask(), quick.ask()]);
    const { acknowledged } = await handleAndCut([{ taskId: hungTask }, { taskId: quickTask }], {
      stayMs: 1,
      waitUntilMs: 100,
    });
    expect(acknowledged).toEqual(['1']);
    expect((await stateOf(hungTask)).task).toMatchObject({ state: 'RETRY', attempt: 1 });
  });

  it('stays with a load that waits for its turn, however short its time-out', async () => {
    const slots = new LoadSlots();
    const other = await slots.enter({ heavy: true }, Date.now());
    const cache = await slow(0, { origin: { timeout_s: 1 }, retry: { max_attempts: 1 } });
    await cache.origin.answer(HEAVY);
    const taskId = await cache.ask();
    const handled = handleAndCut([{ taskId }], { stayMs: 20, waitUntilMs: 100, slots });
    await until(async () => expect(await cache.origin.requests()).toHaveLength(1));
    // Longer than its origin has: its clock is paused.
    await sleep(1500);
    other?.release();
    expect((await handled).acknowledged).toEqual(['0']);
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'SUCCESS', attempt: 1 });
  });

  it('does not let a load that continues wait for its turn until it is cut', async () => {
    const slots = new LoadSlots();
    const other = await slots.enter({ heavy: true }, Date.now());
    const cache = await slow(0, { origin: { timeout_s: 1 } });
    await cache.origin.answer({ ...HEAVY, delay_ms: 200 });
    const taskId = await cache.ask();
    const { invocation } = await handleAndCut([{ taskId }], { stayMs: 20, waitUntilMs: 1500, slots });
    await Promise.all(invocation.goesOn);
    other?.release();
    const { task } = await stateOf(taskId);
    expect(task).toMatchObject({ state: 'RETRY', error: { type: '/docs/problems#overloaded' } });
  });

  it('gives the place of a load that was cut to another within seconds', async () => {
    const slots = new LoadSlots();
    const taken = [];
    while (taken.length < 10) taken.push(await slots.enter({}, Date.now()));
    const cache = await slow(0);
    const taskId = await cache.ask();
    // Nothing renews the places of the ten.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3001 });
    expect((await handle([{ taskId }], {}, slots)).acknowledged).toEqual(['0']);
    vi.useRealTimers();
    for (const slot of taken) slot?.release();
  });

  it('hands messages back unclaimed when there is no room for their loads', async () => {
    const slots = new LoadSlots();
    for (let taken = 0; taken < 10; taken += 1) await slots.enter({}, Date.now());
    const cache = await slow(0);
    const taskId = await cache.ask();
    const { delays, work } = await handle([{ taskId }], {}, slots);
    await Promise.all(work);
    expect(delays).toEqual({ 0: 1 });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'PENDING', attempt: 0 });
  });
});

describe('a batch of a queue', () => {
  const batchFrom = (queue: string, body: unknown) =>
    createMessageBatch(queue, [{ id: '0', timestamp: new Date(), attempts: 1, body }]);
  const all = services as unknown as Parameters<typeof handleBatch>[1];

  it.each(['freshet-refresh', 'freshet-refresh-slow', 'freshet-staging-refresh', 'freshet-staging-refresh-slow'])(
    'is told by the end of its name: %s',
    async (queue) => {
      const cache = await slow(0);
      const taskId = await cache.ask();
      await handleBatch(batchFrom(queue, { taskId }), { ...all, waitUntil: () => undefined });
      expect((await stateOf(taskId)).task.state).toBe('SUCCESS');
    },
  );

  it.each(['freshet-orders', 'freshet-refreshes', 'refresh'])(
    'that nobody knows comes again, and is never acknowledged: %s',
    async (queue) => {
      const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const batch = batchFrom(queue, 'garbage');
      await handleBatch(batch, all);
      const { explicitAcks, retryBatch } = await getQueueResult(batch, createExecutionContext());
      expect([explicitAcks, retryBatch.retry]).toEqual([[], true]);
      expect(String(error.mock.calls[0]?.[0])).toContain('queue.unknown');
      error.mockRestore();
    },
  );
});

describe('dead letters', () => {
  it('of refreshes wake their task', async () => {
    const cache = await slow(0);
    const taskId = await cache.ask();
    await until(() => expect(delivered).toContain(taskId));
    const { batch } = batchOf([{ taskId }, 'garbage']);
    await handleDeadRefreshBatch(batch, services.objects);
    const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
    expect(explicitAcks.toSorted()).toEqual(['0', '1']);
    expect((await stateOf(taskId)).task.state).toBe('PENDING');
  });

  it('of refreshes come again when the object cannot be read', async () => {
    const { batch, delays } = batchOf([{ taskId: crypto.randomUUID() }]);
    await handleDeadRefreshBatch(batch, { wake: () => Promise.reject(new Error('nobody there')) });
    expect(delays).toEqual({ 0: 60 });
  });

  it('of sync records are written to D1', async () => {
    const stores = { syncRecords: d1SyncRecords(env.DB), entries: d1Entries(env.DB) };
    const user = unique('user');
    const record = sampleRecord({ user });
    const { batch } = batchOf([{ records: [record], read: [] }, 'garbage']);
    await handleDeadSyncBatch(batch, stores);
    const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
    expect(explicitAcks.toSorted()).toEqual(['0', '1']);
    expect(await listed(stores.syncRecords, { user }, null, 10)).toEqual([record]);
  });
});

describe('the queue of slow loads', () => {
  it('fills eight places of an isolate at most, so that fast loads find room', async () => {
    const taken = [];
    while (taken.length < 8) taken.push(await loadSlots.enter({ slow: true }, Date.now()));
    const handled = async (queue: string) => {
      const taskId = await (await slow(0)).ask();
      // So often delivered that it waits for room only a moment.
      const batch = createMessageBatch(queue, [{ id: 'm', timestamp: new Date(), attempts: 50, body: { taskId } }]);
      await handleBatch(batch, { ...services, waitUntil: () => undefined } as unknown as Services);
      return (await getQueueResult(batch, createExecutionContext())).explicitAcks;
    };
    expect(await handled('freshet-refresh-slow')).toEqual([]);
    expect(await handled('freshet-refresh')).toEqual(['m']);
    for (const slot of taken) slot?.release();
    expect(await handled('freshet-refresh-slow')).toEqual(['m']);
  });
});
