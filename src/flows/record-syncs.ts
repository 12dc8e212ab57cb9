/** Writes what devices were given and which caches were read, of many messages at once. */

import type { SyncMessage } from '../contract/messages.ts';
import type { Entries, SyncRecords } from '../contract/stores.ts';
import { newestRecords } from '../core/sync-records.ts';

/** The stores that records and reads go to. */
export interface SyncStores {
  syncRecords: SyncRecords;
  entries: Entries;
}

/** How many records and reads were written, those of the same device or key counted once. */
export interface RecordedSyncs {
  records: number;
  reads: number;
}

/** One statement for all records, one for all reads. Order and doubling do not matter. */
export async function recordSyncs(messages: readonly SyncMessage[], stores: SyncStores): Promise<RecordedSyncs> {
  const hours = new Map<string, number>();
  for (const { key, hour } of messages.flatMap((message) => message.read)) {
    hours.set(key, Math.max(hour, hours.get(key) ?? 0));
  }
  const records = newestRecords(messages.flatMap((message) => message.records));
  await stores.syncRecords.put(records);
  await stores.entries.touch(Array.from(hours, ([key, hour]) => ({ key, hour })));
  return { records: records.length, reads: hours.size };
}
