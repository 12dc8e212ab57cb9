import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ClaimRequest } from '../../src/contract/object.ts';
import { LoadSlots } from '../../src/flows/load-slots.ts';
import { handleDeadRefreshBatch, handleDeadSyncBatch } from '../../src/queues/dead-letter.ts';
import { handleRefreshBatch, type QueueServices } from '../../src/queues/refresh-queue.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { unique } from '../support/entries.ts';
import { delivered } from '../support/object-worker.ts';
import { Refreshed, services, stateOf } from '../support/refreshes.ts';
import { sampleRecord } from '../support/sync-records.ts';

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

async function slow(delayMs: number): Promise<Refreshed> {
  const cache = await Refreshed.define();
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

  it('waits for no slow origin: the load goes on and the message comes back when its lease is over', async () => {
    const [hung, quick] = await Promise.all([slow(2600), slow(0)]);
    const [slowTask, quickTask] = await Promise.all([hung.ask(), quick.ask()]);
    const { acknowledged, delays, work } = await handle([{ taskId: slowTask }, { taskId: quickTask }]);
    expect(acknowledged).toEqual(['1']);
    expect(delays).toEqual({ 0: expect.closeTo(88, -1) });
    expect((await stateOf(slowTask)).task.state).toBe('STARTED');
    await Promise.all(work);
    expect((await stateOf(slowTask)).task.state).toBe('SUCCESS');
  });

  it('waits to the end for a task whose last lease ran out', async () => {
    const cache = await slow(2600);
    const taskId = await cache.ask();
    const { objects } = services;
    const claim = async (request: ClaimRequest) => {
      const answer = await objects.claim(request);
      return answer.outcome === 'leased' ? { ...answer, lease: { ...answer.lease, awaited: true } } : answer;
    };
    const { acknowledged, work } = await handle([{ taskId }], { objects: { ...objects, claim } });
    expect([acknowledged, work]).toEqual([['0'], []]);
  });

  it('hands messages back unclaimed when there is no room for their loads', async () => {
    const slots = new LoadSlots();
    const until = Date.now() + 60_000;
    for (let taken = 0; taken < 10; taken += 1) await slots.enter(undefined, until);
    const cache = await slow(0);
    const taskId = await cache.ask();
    const { delays, work } = await handle([{ taskId }], {}, slots);
    await Promise.all(work);
    expect(delays).toEqual({ 0: 1 });
    expect((await stateOf(taskId)).task).toMatchObject({ state: 'PENDING', attempt: 0 });
  });
});

describe('dead letters', () => {
  it('of refreshes wake their task', async () => {
    const cache = await slow(0);
    const taskId = await cache.ask();
    await vi.waitFor(() => expect(delivered).toContain(taskId));
    const { batch } = batchOf([{ taskId }, 'garbage']);
    await handleDeadRefreshBatch(batch, services.objects);
    const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
    expect(explicitAcks.toSorted()).toEqual(['0', '1']);
    expect((await stateOf(taskId)).task.state).toBe('PENDING');
  });

  it('of refreshes come again when the object cannot be had', async () => {
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
    expect(await stores.syncRecords.list({ user }, null, 10)).toEqual([record]);
  });
});
