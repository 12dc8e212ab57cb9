/** Floor of the records of devices: those of a moment leave in one message, and one statement writes them. */

import type { SyncMessage, SyncRecord } from '../../../../src/contract/messages.ts';
import { d1SyncRecords } from '../../../../src/stores/sync-records.ts';

/** As long as the service lets a record wait for others, ms. */
const WAIT_MS = 200;

let waiting = new Map<string, SyncRecord>();

export async function addRecord(env: Env, who: Pick<SyncRecord, 'user' | 'device' | 'key'>): Promise<void> {
  waiting.set(who.device, { ...who, resource: 'weather', syncedAt: Date.now(), version: 1, changed: 1 });
  await scheduler.wait(WAIT_MS);
  if (waiting.size === 0) return;
  const records = [...waiting.values()];
  waiting = new Map();
  await env.SYNC_QUEUE.send({ records, read: [] });
}

export async function writeRecords(env: Env, messages: readonly SyncMessage[]): Promise<void> {
  await d1SyncRecords(env.DB).put(messages.flatMap(({ records }) => records));
}
