/** Which of several records of one device and cache counts: the newest, by time, then version (DESIGN "Group commit"). */

import type { SyncRecord } from '../contract/messages.ts';

/** Names what a record is about: user, device, resource and cache. */
export function recordId({ user, device, resource, key }: SyncRecord): string {
  return JSON.stringify([user, device, resource, key]);
}

/** Whether `a` counts and not `b`, both about the same. */
export function isNewer(a: SyncRecord, b: SyncRecord): boolean {
  return a.syncedAt === b.syncedAt ? a.version > b.version : a.syncedAt > b.syncedAt;
}

/** The newest record of each user, device, resource and cache. */
export function newestRecords(records: Iterable<SyncRecord>): SyncRecord[] {
  const newest = new Map<string, SyncRecord>();
  for (const record of records) {
    const id = recordId(record);
    const other = newest.get(id);
    if (other === undefined || isNewer(record, other)) newest.set(id, record);
  }
  return [...newest.values()];
}
