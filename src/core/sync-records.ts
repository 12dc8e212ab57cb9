/**
 * Records of what a device was last given: which of several counts (DESIGN "Group commit"), and whether the device is
 * behind.
 */

import type { Loaded } from '../ports/entry.ts';
import type { SyncRecord } from '../ports/messages.ts';

type Place = Pick<SyncRecord, 'user' | 'device' | 'resource' | 'key'>;

/** Identifies the subject of a record: user, device, resource and cache. */
export function recordId({ user, device, resource, key }: Place): string {
  return JSON.stringify([user, device, resource, key]);
}

/** Whether `a` counts instead of `b`, both with the same subject: the newest one does, by time, then version. */
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

/** The order of lists, the same as that of D1's primary key: by the UTF-8 of the members. */
export function compareRecords(a: Place, b: Place): number {
  return (
    compareUtf8(a.user, b.user) ||
    compareUtf8(a.device, b.device) ||
    compareUtf8(a.resource, b.resource) ||
    compareUtf8(a.key, b.key)
  );
}

/** Compares code points; JavaScript's own order puts characters above U+FFFF (surrogates) before U+E000. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Whether the device lacks a newer version: one with another body, as its ETag shows, not only a later load of the same
 * body. If the cache was purged or deleted (null), every version is out of date.
 */
export function isOutOfDate(record: SyncRecord, current: Pick<Loaded, 'changed'> | null): boolean {
  return current === null || current.changed > record.changed;
}
