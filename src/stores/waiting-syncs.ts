/** Records that wait in this isolate for the `sync` queue, in maps of values that all its requests use. */

import { isNewer, recordId } from '../core/sync-records.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import type { DeviceCheck, Refusal, SyncMessage, SyncRecord } from '../ports/messages.ts';
import { BoundedMap } from './bounded-map.ts';

/** Most records of a message: a queue accepts 128 KB. */
export const MAX_RECORDS = 500;
const MAX_BYTES = 96 * 1024;
/** Most keys that were read, and most refusals; the oldest are dropped first, as are records. */
const MAX_READS = 2000;
const MAX_REFUSALS = 500;
/** Approximate bytes of a record besides its texts, each of which is held twice. */
const RECORD_BYTES = 500;
/** Bytes of a check's tag, which is a separate text. */
const TAG_BYTES = 40;

const encoder = new TextEncoder();

/** By `recordId`, by key, and by everything that identifies them. */
const records = new BoundedMap<SyncRecord>(MEMORY_SHARES.syncRecords, weightOf);
const checks = new BoundedMap<DeviceCheck>(
  MEMORY_SHARES.syncChecks,
  ({ user, device, tags }) => RECORD_BYTES + 4 * (user.length + device.length) + TAG_BYTES * tags.length,
);
const reads = new BoundedMap<number>(MAX_READS);
const refusals = new BoundedMap<Refusal>(MAX_REFUSALS);

/** Adds a record, unless there is a newer one for the same cache and device. */
export function addRecord(record: SyncRecord): void {
  const id = recordId(record);
  const other = records.get(id);
  if (other === undefined || isNewer(record, other)) records.set(id, record);
}

export function addRead(key: string, hour: number): void {
  reads.set(key, Math.max(hour, reads.get(key) ?? 0));
}

export function addCheck(check: DeviceCheck): void {
  checks.set(JSON.stringify(check), check);
}

export function addRefusal(refusal: Refusal): void {
  refusals.set(JSON.stringify(refusal), refusal);
}

/** Number of waiting records. */
export function waitingRecords(): number {
  return records.size;
}

/** Bytes of all waiting records and checks, for tests. */
export function waitingBytes(): { records: number; checks: number } {
  return { records: records.weight, checks: checks.weight };
}

/** Removes and returns one message; null if nothing waits. */
export function takeMessage(): SyncMessage | null {
  let bytes = 0;
  function take<Value, Item>(
    from: BoundedMap<Value>,
    itemOf: (value: Value, id: string) => Item,
    most = Number.POSITIVE_INFINITY,
  ): Item[] {
    const taken: Item[] = [];
    for (const [id, value] of from.entries()) {
      const item = itemOf(value, id);
      const size = sizeOf(item);
      if (taken.length === most || bytes + size > MAX_BYTES) break;
      bytes += size;
      taken.push(item);
      from.delete(id);
    }
    return taken;
  }
  const message: SyncMessage = {
    records: take(records, (record) => record, MAX_RECORDS),
    read: take(reads, (hour, key) => ({ key, hour })),
  };
  const more = { checks: take(checks, (check) => check), refusals: take(refusals, (refusal) => refusal) };
  if (more.checks.length > 0) message.checks = more.checks;
  if (more.refusals.length > 0) message.refusals = more.refusals;
  const parts: unknown[][] = [message.records, message.read, more.checks, more.refusals];
  return parts.every((part) => part.length === 0) ? null : message;
}

/** Puts back a message that could not be sent; records that came meanwhile are newer and stay. */
export function putBack({ records, read, checks = [], refusals = [] }: SyncMessage): void {
  for (const record of records) addRecord(record);
  for (const { key, hour } of read) addRead(key, hour);
  for (const check of checks) addCheck(check);
  for (const refusal of refusals) addRefusal(refusal);
}

/** Bytes of a waiting record, including its id. */
function weightOf({ user, device, resource, key }: SyncRecord): number {
  return RECORD_BYTES + 4 * (user.length + device.length + resource.length + key.length);
}

/** Bytes of a value in a message, including the comma after it. */
function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).byteLength + 1;
}
