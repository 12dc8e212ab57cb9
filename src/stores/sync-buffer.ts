/**
 * Group commit of sync records (DESIGN "Reading"): the records of all requests that an isolate serves at the same time
 * leave in one queue message. The platform lets no request await another's promise, so the buffer is maps of values; each
 * request sleeps a moment, then sends whatever they hold. Accepted: an isolate that ends may lose the last records;
 * the device's next request restores them.
 */

import { MEMORY_SHARES } from '../contract/memory-shares.ts';
import type { SyncMessage, SyncRecord } from '../contract/messages.ts';
import type { SyncBuffer, SyncRecords } from '../contract/stores.ts';
import { isNewer, recordId } from '../core/sync-records.ts';
import { log } from '../log.ts';
import { sleep, withTimeout } from '../waiting.ts';
import { BoundedMap } from './bounded-map.ts';

/** How the buffer is timed. */
export interface SyncBufferOptions {
  /** How long a record waits for others, ms. Default: 200. */
  waitMs?: number;
  /** Pause before a failed send is repeated, ms. Default: 1000. */
  retryMs?: number;
  /** How long sends may fail until records are written to D1 directly, ms. Default: 20,000. */
  giveUpMs?: number;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** Most of a message: a queue takes 128 KB. */
const MAX_RECORDS = 500;
const MAX_BYTES = 96 * 1024;
/** Keys whose reads wait, or were noted, in an isolate; what was noted longest ago is dropped first, and so are records. */
const MAX_READS = 2000;
/** Bytes of a record beside its texts, each of which is held twice, roughly. */
const RECORD_BYTES = 500;
const HOUR_MS = 3_600_000;
/** How long the queue, then D1, may take, ms: a message that got there yet comes twice, which does no harm. */
const TIMEOUT_MS = 5000;

const encoder = new TextEncoder();

/** Records by `recordId`, and hours by key, on their way to the queue. */
const records = new BoundedMap<SyncRecord>(MEMORY_SHARES.syncRecords, weightOf);
const reads = new BoundedMap<number>(MAX_READS);
/** Key -> the hour in which this isolate last noted that it was read. */
const noted = new BoundedMap<number>(MAX_READS);
/** Since when sends fail without a success between, ms; null: they do not. */
let failingSince: number | null = null;
/** Until when another request is taken to be repeating a failed send, ms. */
let repeatingUntil = 0;

/** The buffer of this isolate before a queue; `store` takes the records when the queue fails for too long. */
export function syncBuffer(queue: Queue<SyncMessage>, store: SyncRecords, options: SyncBufferOptions = {}): SyncBuffer {
  const { waitMs = 200, retryMs = 1000, giveUpMs = 20_000, now = Date.now } = options;

  async function sendAll(): Promise<void> {
    for (let message = take(); message !== null; message = take()) {
      const outcome = await deliver(message);
      if (outcome === 'delivered') continue;
      putBack(message);
      if (outcome === 'given-up') return;
      // The pause ends in this request; should it die, the next request after this time takes over.
      repeatingUntil = now() + 2 * retryMs;
      await sleep(retryMs);
    }
  }

  async function sendInTime(): Promise<void> {
    if (records.size < MAX_RECORDS) await sleep(waitMs);
    if (now() >= repeatingUntil) await sendAll();
  }

  async function deliver(message: SyncMessage): Promise<'delivered' | 'failed' | 'given-up'> {
    try {
      await withTimeout(queue.send(message), TIMEOUT_MS);
      failingSince = null;
      repeatingUntil = 0;
      return 'delivered';
    } catch (error) {
      failingSince ??= now();
      log('warn', 'sync_buffer.send_failed', { records: message.records.length, failing_since: failingSince, error });
    }
    if (now() - failingSince < giveUpMs) return 'failed';
    try {
      // Which keys were read is left out: their next reads tell it again.
      await withTimeout(store.put(message.records), TIMEOUT_MS);
      for (const { key } of message.read) noted.delete(key);
      return 'delivered';
    } catch (error) {
      // Both stores fail: the records stay for the requests to come.
      log('error', 'sync_buffer.store_failed', { records: message.records.length, error });
      return 'given-up';
    }
  }

  return {
    add: (record, key, at) => (note(record, key, at) ? sendInTime() : null),
  };
}

/** Whether there was something to note. */
function note(record: SyncRecord | null, key: string, now: number): boolean {
  const hour = now - (now % HOUR_MS);
  const isFirstRead = (noted.get(key) ?? 0) < hour;
  if (isFirstRead) {
    noted.set(key, hour);
    reads.set(key, hour);
  }
  if (record !== null) keep(record);
  return isFirstRead || record !== null;
}

function keep(record: SyncRecord): void {
  const id = recordId(record);
  const other = records.get(id);
  if (other === undefined || isNewer(record, other)) records.set(id, record);
}

/** Bytes that a record takes while it waits, with its id. */
function weightOf({ user, device, resource, key }: SyncRecord): number {
  return RECORD_BYTES + 4 * (user.length + device.length + resource.length + key.length);
}

/** Bytes of all records that wait, for tests. */
export function waitingBytes(): number {
  return records.weight;
}

/** Takes a message's worth out of the buffer; null when it is empty. */
function take(): SyncMessage | null {
  const message: SyncMessage = { records: [], read: [] };
  let bytes = 0;
  for (const [id, record] of records.entries()) {
    bytes += sizeOf(record);
    if (message.records.length === MAX_RECORDS || bytes > MAX_BYTES) return message;
    message.records.push(record);
    records.delete(id);
  }
  for (const [key, hour] of reads.entries()) {
    const read = { key, hour };
    bytes += sizeOf(read);
    if (bytes > MAX_BYTES) return message;
    message.read.push(read);
    reads.delete(key);
  }
  return message.records.length + message.read.length === 0 ? null : message;
}

/** A failed message goes back; what came meanwhile is newer. */
function putBack(message: SyncMessage): void {
  for (const record of message.records) keep(record);
  for (const { key, hour } of message.read) reads.set(key, Math.max(hour, reads.get(key) ?? 0));
}

/** Bytes of a value in a message, with the comma behind it. */
function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).byteLength + 1;
}
