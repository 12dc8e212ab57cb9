import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { handleSyncBatch } from '../../src/queues/sync-queue.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry, unique } from '../support/entries.ts';
import { listed, sampleRecord } from '../support/sync-records.ts';

const syncRecords = d1SyncRecords(env.DB);
const entries = d1Entries(env.DB);

/** Handles the bodies as one batch; which were acknowledged and which come again. */
async function handle(bodies: unknown[], stores = { syncRecords, entries }) {
  const batch = createMessageBatch(
    'freshet-sync',
    bodies.map((body, at) => ({ id: String(at), timestamp: new Date(), attempts: 3, body })),
  );
  const context = createExecutionContext();
  await handleSyncBatch(batch, stores);
  const result = await getQueueResult(batch, context);
  return { acknowledged: result.explicitAcks, retried: result.retryMessages };
}

it('writes the messages of a batch with one statement for the records and one for the reads', async () => {
  const { db, statements } = recordingDatabase(env.DB);
  const user = unique('user');
  const entry = sampleEntry();
  await entries.put(entry);
  const record = sampleRecord({ user, syncedAt: 10 });
  const later = { ...record, syncedAt: 20 };
  const other = sampleRecord({ user });
  const bodies = [
    { records: [later, other], read: [{ key: entry.key, hour: 7_200_000 }] },
    { records: [record], read: [{ key: entry.key, hour: 3_600_000 }] },
  ];
  const result = await handle(bodies, { syncRecords: d1SyncRecords(db), entries: d1Entries(db) });
  expect(result).toEqual({ acknowledged: ['0', '1'], retried: [] });
  expect(statements).toHaveLength(2);
  const found = await listed(syncRecords, { user }, null, 10);
  expect(found).toHaveLength(2);
  expect(found).toEqual(expect.arrayContaining([later, other]));
  expect((await entries.find(entry.key))?.readAt).toBe(7_200_000);
});

it('does not mind messages that come twice and in another order', async () => {
  const user = unique('user');
  const record = sampleRecord({ user, syncedAt: 10 });
  const later = { ...record, syncedAt: 20 };
  for (const each of [later, record, later]) await handle([{ records: [each], read: [] }]);
  expect(await listed(syncRecords, { user }, null, 10)).toEqual([later]);
});

it.each([
  ['text', 'garbage'],
  ['nothing', null],
  ['a record without user', { records: [{ ...sampleRecord(), user: undefined }], read: [] }],
  ['a time that is no number', { records: [{ ...sampleRecord(), syncedAt: 'now' }], read: [] }],
])('acknowledges %s that it does not understand, and writes the rest', async (_name, garbage) => {
  const user = unique('user');
  const result = await handle([garbage, { records: [sampleRecord({ user })], read: [] }]);
  expect(result).toEqual({ acknowledged: ['0', '1'], retried: [] });
  expect(await listed(syncRecords, { user }, null, 10)).toHaveLength(1);
});

it('ignores members that a newer release added', async () => {
  const user = unique('user');
  await handle([{ records: [{ ...sampleRecord({ user }), extra: 1 }], read: [], extra: 2 }]);
  expect(await listed(syncRecords, { user }, null, 10)).toHaveLength(1);
});

it('hands messages back when a store fails, but not what it did not understand', async () => {
  const broken = { ...syncRecords, put: () => Promise.reject(new Error('D1 is down')) };
  const result = await handle(['garbage', { records: [sampleRecord()], read: [] }], { syncRecords: broken, entries });
  expect(result).toEqual({ acknowledged: ['0'], retried: [{ msgId: '1' }] });
});

it.each([
  [1, 2],
  [3, 8],
  [50, 300],
])('waits longer at each attempt, five minutes at most: after %i, %i s', async (attempts, delaySeconds) => {
  const broken = { ...syncRecords, put: () => Promise.reject(new Error('D1 is down')) };
  const body = { records: [sampleRecord()], read: [] };
  const retry = vi.fn();
  // The batch of the test tools forgets delays.
  const messages = [{ id: '0', timestamp: new Date(), attempts, body, ack: vi.fn(), retry }];
  const batch = { queue: 'freshet-sync', messages } as unknown as MessageBatch<unknown>;
  await handleSyncBatch(batch, { syncRecords: broken, entries });
  expect(retry).toHaveBeenCalledExactlyOnceWith({ delaySeconds });
});
