/** Writes records from many messages together: what devices were given and which caches were read. */

import { newestRecords } from '../../core/sync-records.ts';
import type { SyncMessage } from '../../ports/messages.ts';
import type { Entries } from '../../ports/stores.ts';
import type { Noted, SyncRecords } from '../../ports/sync-store.ts';

/** The stores for records and reads. */
export interface SyncStores {
  syncRecords: SyncRecords;
  entries: Entries;
}

/**
 * How many records and reads were written (those of the same device or key count once), and which devices were not
 * noted.
 */
export interface RecordedSyncs extends Noted {
  records: number;
  reads: number;
}

/**
 * Order and duplicates do not matter. Uses one statement for the records, checks and refusals of about 60 devices, and
 * one for all reads.
 */
export async function recordSyncs(messages: readonly SyncMessage[], stores: SyncStores): Promise<RecordedSyncs> {
  const hours = new Map<string, number>();
  for (const { key, hour } of messages.flatMap((message) => message.read)) {
    hours.set(key, Math.max(hour, hours.get(key) ?? 0));
  }
  const records = newestRecords(messages.flatMap((message) => message.records));
  const noted = await stores.syncRecords.put(records, {
    checks: messages.flatMap(({ checks = [] }) => checks),
    refusals: messages.flatMap(({ refusals = [] }) => refusals),
  });
  await stores.entries.touch(Array.from(hours, ([key, hour]) => ({ key, hour })));
  return { ...noted, records: records.length, reads: hours.size };
}
