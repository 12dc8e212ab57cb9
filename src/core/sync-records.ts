/** Records of what a device was last given: which of several counts (DESIGN "Group commit"), and what the device lacks. */

import type { Loaded } from '../contract/entry.ts';
import type { SyncRecord } from '../contract/messages.ts';

/** Names what a record is about: user, device, resource and cache. */
export function recordId({ user, device, resource, key }: SyncRecord): string {
  return JSON.stringify([user, device, resource, key]);
}

/** Whether `a` counts and not `b`, both about the same: the newest does, by time, then version. */
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

/**
 * Whether the device lacks a newer version: another body, as its ETag tells, not merely a later load of the same one. Of a
 * cache that was purged or deleted (null) every version is out of date.
 */
export function isOutOfDate(record: SyncRecord, current: Loaded | null): boolean {
  return current === null || current.changed > record.changed;
}
