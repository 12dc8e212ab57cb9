/** Queue faults: a message may come twice, late, never, or hold what nobody understands. The object's row is the truth. */

import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LoadSlots } from '../../../src/flows/load/load-slots.ts';
import type { ClaimRequest } from '../../../src/ports/object.ts';
import { handleDeadRefreshBatch } from '../../../src/queues/dead-letter.ts';
import { handleRefreshBatch, type QueueServices } from '../../../src/queues/refresh-queue.ts';
import { objects, stubOf, tablesOf } from '../../support/object-loads.ts';
import { delivered } from '../../support/object-worker.ts';
import { Refreshed, services, stateOf } from '../../support/refreshes.ts';
import { until } from '../../support/until.ts';

interface Sent {
  body: unknown;
  id?: string;
  attempts?: number;
}

const batchOf = (queue: string, messages: readonly Sent[]) =>
  createMessageBatch(
    queue,
    messages.map(({ body, id, attempts = 1 }, at) => ({
      id: id ?? `message ${at}`,
      timestamp: new Date(),
      attempts,
      body,
    })),
  );

/** Delivers one batch; ids of the messages acknowledged and of those handed back. */
async function deliver(messages: readonly Sent[], more: Partial<QueueServices> = {}) {
  const batch = batchOf('freshet-refresh', messages);
  await handleRefreshBatch(batch, { ...services, waitUntil: () => undefined, ...more }, { slots: new LoadSlots() });
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acknowledged: explicitAcks.toSorted(), handedBack: retryMessages.map(({ msgId }) => msgId).toSorted() };
}

async function define(body = '{"n":1}'): Promise<Refreshed> {
  const cache = await Refreshed.define({ retry: { max_attempts: 1 } });
  await cache.origin.answer({ body });
  return cache;
}

const timesDelivered = (taskId: string) => delivered.filter((id) => id === taskId).length;
const loadsOf = async (cache: Refreshed) => (await cache.origin.requests()).length;

afterEach(() => {
  vi.useRealTimers();
});

describe('a message', () => {
  it('delivered twice at once loads once', async () => {
    const cache = await define();
    await cache.origin.answer({ body: 'x', delay_ms: 300 });
    const body = { taskId: await cache.ask() };
    const both = await Promise.all([deliver([{ body, id: 'one' }]), deliver([{ body, id: 'two' }])]);
    expect(both.flatMap(({ acknowledged }) => acknowledged)).toHaveLength(1);
    expect(both.flatMap(({ handedBack }) => handedBack)).toHaveLength(1);
    expect(await stateOf(body.taskId)).toMatchObject({ task: { state: 'SUCCESS', version: 1 } });
    expect(await loadsOf(cache)).toBe(1);
  });

  it('delivered again, by the same id or another, after its task has succeeded does nothing', async () => {
    const cache = await define();
    const body = { taskId: await cache.ask() };
    await deliver([{ body, id: 'one' }]);
    const again = await deliver([
      { body, id: 'one', attempts: 2 },
      { body, id: 'two' },
    ]);
    expect(again).toEqual({ acknowledged: ['one', 'two'], handedBack: [] });
    expect(await loadsOf(cache)).toBe(1);
  });

  it.each(['FAILURE', 'REVOKED'])('delivered after its task ended in %s does nothing', async (state) => {
    const cache = await define();
    const taskId = await cache.ask();
    if (state === 'FAILURE') {
      await cache.origin.answer({ status: 404 });
      await deliver([{ body: { taskId } }]);
    } else {
      await objects.revoke({ taskId, user: 'ann', mayRefresh: true, mayAdmin: false });
    }
    const before = await loadsOf(cache);
    expect(await deliver([{ body: { taskId } }])).toEqual({ acknowledged: ['message 0'], handedBack: [] });
    expect(await stateOf(taskId)).toMatchObject({ task: { state } });
    expect(await loadsOf(cache)).toBe(before);
  });

  it('of a task that stands behind another, come first, waits for its turn', async () => {
    const cache = await define();
    const first = await cache.ask();
    const lease = await objects.claim({ taskId: first, deliveryId: 'gone' });
    const second = await cache.ask();
    expect(await deliver([{ body: { taskId: second } }])).toMatchObject({ acknowledged: [] });
    expect(await loadsOf(cache)).toBe(0);
    if (lease.outcome !== 'leased') throw new Error(lease.outcome);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + lease.lease.leaseMs + 1000 });
    await deliver([{ body: { taskId: first } }]);
    await deliver([{ body: { taskId: second } }]);
    // The first lost its lease and had but one attempt.
    expect(await stateOf(first)).toMatchObject({ task: { state: 'FAILURE' } });
    expect(await stateOf(second)).toMatchObject({ task: { state: 'SUCCESS', version: 1 } });
  });

  it('that never comes is sent again by the alarm, at growing gaps', async () => {
    const cache = await define();
    const taskId = await cache.ask();
    await until(() => expect(timesDelivered(taskId)).toBe(1));
    const start = Date.now();
    for (const [at, times] of [
      [16_000, 2],
      [47_000, 3],
    ] as const) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + at });
      await runDurableObjectAlarm(stubOf(cache.cache));
      await until(() => expect(timesDelivered(taskId)).toBe(times));
    }
    await deliver([{ body: { taskId } }]);
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
  });
});

describe('a body', () => {
  it.each([
    ['of an older release, without a hint', (taskId: string) => ({ taskId })],
    ['of a newer release, with more members', (taskId: string) => ({ taskId, resource: 'r', more: { of: ['it'] } })],
    ['with its id in capitals', (taskId: string) => ({ taskId: taskId.toUpperCase() })],
  ])('%s is understood', async (_name, bodyOf) => {
    const cache = await define();
    const taskId = await cache.ask();
    expect(await deliver([{ body: bodyOf(taskId) }])).toMatchObject({ acknowledged: ['message 0'] });
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
  });

  const GARBAGE = [
    null,
    undefined,
    0,
    '',
    'text',
    [],
    {},
    { taskId: null },
    { taskId: {} },
    { taskId: 'no uuid' },
    { taskId: `${crypto.randomUUID()}\n` },
    { taskId: crypto.randomUUID(), resource: 7 },
    new Uint8Array(8),
    'x'.repeat(100_000),
  ];

  it('that is garbage is acknowledged, logged and holds up nobody, live or dead', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const cache = await define();
    const taskId = await cache.ask();
    const messages = [...GARBAGE, { taskId }].map((body) => ({ body }));
    expect((await deliver(messages)).acknowledged).toHaveLength(messages.length);
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
    const dead = batchOf('freshet-refresh-dead', messages);
    await handleDeadRefreshBatch(dead, objects);
    expect((await getQueueResult(dead, createExecutionContext())).explicitAcks).toHaveLength(messages.length);
    expect(error.mock.calls.filter(([line]) => String(line).includes('not_understood'))).toHaveLength(
      2 * GARBAGE.length,
    );
    error.mockRestore();
  });

  it('that names a task nobody knows is acknowledged and leaves nothing behind', async () => {
    const cache = await define();
    const taskId = `${cache.cache.key.slice(0, 8)}-${cache.cache.key.slice(8, 12)}-8000-8000-000000000000`;
    expect(await deliver([{ body: { taskId } }])).toMatchObject({ acknowledged: ['message 0'] });
    expect(await tablesOf(cache.cache)).toEqual([]);
  });
});

it('poisoned messages, which fail at each delivery, come again later and hold up nobody', async () => {
  const caches = await Promise.all([define(), define(), define()]);
  const [poisoned = '', ...others] = await Promise.all(caches.map((cache) => cache.ask()));
  const claim = (request: ClaimRequest) =>
    request.taskId === poisoned ? Promise.reject(new Error('poison')) : objects.claim(request);
  for (const attempts of [1, 2]) {
    const messages = [poisoned, ...others].map((taskId) => ({ body: { taskId }, id: taskId, attempts }));
    expect(await deliver(messages, { objects: { ...objects, claim } })).toEqual({
      acknowledged: others.toSorted(),
      handedBack: [poisoned],
    });
  }
  for (const taskId of others) expect(await stateOf(taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
  expect(await stateOf(poisoned)).toMatchObject({ task: { state: 'PENDING', attempt: 0 } });
});

describe('a dead letter', () => {
  const wake = async (taskId: string) => {
    const batch = batchOf('freshet-refresh-dead', [{ body: { taskId } }]);
    await handleDeadRefreshBatch(batch, objects);
    expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toEqual(['message 0']);
  };

  it('of a task that is due has its message sent again, and is no verdict', async () => {
    const cache = await define();
    const taskId = await cache.ask();
    await until(() => expect(timesDelivered(taskId)).toBe(1));
    await wake(taskId);
    await until(() => expect(timesDelivered(taskId)).toBe(2));
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'PENDING', attempt: 0 } });
  });

  it('of a task that runs or has ended changes nothing', async () => {
    const cache = await define();
    const taskId = await cache.ask();
    await objects.claim({ taskId, deliveryId: 'message 0:1' });
    await wake(taskId);
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'STARTED', attempt: 1 } });
    await deliver([{ body: { taskId } }]);
    await wake(taskId);
    expect(await stateOf(taskId)).toMatchObject({ task: { state: 'SUCCESS', attempt: 1 } });
    expect(await loadsOf(cache)).toBe(1);
  });
});
