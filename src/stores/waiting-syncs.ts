/** What waits in this isolate for the `sync` queue, as maps of values: all its requests put in and take out. */

import { isNewer, recordId } from '../core/sync-records.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import type { DeviceCheck, Refusal, SyncMessage, SyncRecord } from '../ports/messages.ts';
import { BoundedMap } from './bounded-map.ts';

/** Most of a message: a queue takes 128 KB. */
export const MAX_RECORDS = 500;
const MAX_BYTES = 96 * 1024;
/** Keys that were read, and refusals; what came first is dropped first, and so are records. */
const MAX_READS = 2000;
const MAX_REFUSALS = 500;
/** Bytes of a record beside its texts, each of which is held twice, roughly. */
const RECORD_BYTES = 500;
/** Bytes of a tag of a check, as a text of its own. */
const TAG_BYTES = 40;

const encoder = new TextEncoder();

/** By `recordId`, by key, and by all that tells them apart. */
const records = new BoundedMap<SyncRecord>(MEMORY_SHARES.syncRecords, weightOf);
const checks = new BoundedMap<DeviceCheck>(
  MEMORY_SHARES.syncChecks,
  ({ user, device, tags }) => RECORD_BYTES + 4 * (user.length + device.length) + TAG_BYTES * tags.length,
);
const reads = new BoundedMap<number>(MAX_READS);
const refusals = new BoundedMap<Refusal>(MAX_REFUSALS);

/** Puts a record in, unless a newer one of the same cache and device is there. */
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

/** How many records wait. */
export function waitingRecords(): number {
  return records.size;
}

/** Bytes of all records and checks that wait, for tests. */
export function waitingBytes(): { records: number; checks: number } {
  return { records: records.weight, checks: checks.weight };
}

/** Takes a message's worth out; null when nothing waits. */
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

/** A message that could not be sent goes back; what came meanwhile is newer. */
export function putBack({ records, read, checks = [], refusals = [] }: SyncMessage): void {
  for (const record of records) addRecord(record);
  for (const { key, hour } of read) addRead(key, hour);
  for (const check of checks) addCheck(check);
  for (const refusal of refusals) addRefusal(refusal);
}

/** Bytes that a record takes while it waits, with its id. */
function weightOf({ user, device, resource, key }: SyncRecord): number {
  return RECORD_BYTES + 4 * (user.length + device.length + resource.length + key.length);
}

/** Bytes of a value in a message, with the comma behind it. */
function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).byteLength + 1;
}
