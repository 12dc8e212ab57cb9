/** Writes what devices were given and which caches were read, of many messages at once. */

import type { SyncMessage } from '../contract/messages.ts';
import type { Entries, SyncRecords } from '../contract/stores.ts';
import { newestRecords } from '../core/sync-records.ts';

export interface SyncStores {
  syncRecords: SyncRecords;
  entries: Entries;
}

/** One statement for all records, one for all reads. Order and doubling do not matter. */
export async function recordSyncs(messages: readonly SyncMessage[], stores: SyncStores): Promise<void> {
  const hours = new Map<string, number>();
  for (const { key, hour } of messages.flatMap((message) => message.read)) {
    hours.set(key, Math.max(hour, hours.get(key) ?? 0));
  }
  await stores.syncRecords.put(newestRecords(messages.flatMap((message) => message.records)));
  await stores.entries.touch(Array.from(hours, ([key, hour]) => ({ key, hour })));
}
