/**
 * Group commit of sync records (DESIGN "Reading"): the records of all requests that an isolate serves at the same time
 * leave in one queue message. The platform lets no request await another's promise, so the buffer is maps of values: the first
 * request of a group sleeps a moment, then sends whatever they hold; the others look once more after that, should it have died.
 * Accepted: an isolate that ends may lose the last records; the device's next request restores them.
 */

import { tagOfKey } from '../core/etag.ts';
import { log } from '../log.ts';
import type { SyncMessage } from '../ports/messages.ts';
import type { SyncBuffer, SyncRecords } from '../ports/sync-store.ts';
import { sleep, withTimeout } from '../waiting.ts';
import { forgetHour, hourOf, isFirstInHour, unnoted } from './noted-syncs.ts';
import {
  addCheck,
  addRead,
  addRecord,
  addRefusal,
  MAX_RECORDS,
  putBack,
  takeMessage,
  waitingRecords,
} from './waiting-syncs.ts';

/** How the buffer is timed. */
export interface SyncBufferOptions {
  /** How long a record waits for others, ms. Default: 200. Four times as long while they come one after the other. */
  waitMs?: number;
  /** Pause before a failed send is repeated, ms. Default: 1000. */
  retryMs?: number;
  /** How long sends may fail until records are written to D1 directly, ms. Default: 20,000. */
  giveUpMs?: number;
  /** SYNC_RESOLUTION_S, ms. Default: 60,000. */
  resolutionMs?: number;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** How long the queue, then D1, may take, ms: a message that got there yet comes twice, which does no harm. */
const TIMEOUT_MS = 5000;

/**
 * Each message costs the same however many records it has, so a busy isolate waits longer: with the second for which the queue waits
 * for a batch, the list is still within 2 s.
 */
const BUSY_FACTOR = 4;
/** An isolate is busy for so long after a record that found others waiting, ms. */
const BUSY_MS = 2000;

/** Until when a request is taken to be waiting for what all leave, and until when the isolate is busy, ms. */
let gatheringUntil = 0;
let busyUntil = 0;
/** Since when sends fail without a success between, ms; null: they do not. */
let failingSince: number | null = null;
/** Until when another request is taken to be repeating a failed send, ms. */
let repeatingUntil = 0;

/** The buffer of this isolate before a queue; `store` takes the records when the queue fails for too long. */
export function syncBuffer(
  queue: Queue<SyncMessage>,
  store: Pick<SyncRecords, 'put'>,
  options: SyncBufferOptions = {},
): SyncBuffer {
  const { waitMs = 200, retryMs = 1000, giveUpMs = 20_000, resolutionMs = 60_000, now = Date.now } = options;

  async function sendAll(): Promise<void> {
    for (let message = takeMessage(); message !== null; message = takeMessage()) {
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
    if (waitingRecords() < MAX_RECORDS && (await isSentByOther())) return;
    gatheringUntil = 0;
    if (now() >= repeatingUntil) await sendAll();
  }

  /** Waits for what others leave. Were each request to send after its wait, all but the first would send what came since the last. */
  async function isSentByOther(): Promise<boolean> {
    const at = now();
    if (at >= gatheringUntil) {
      gatheringUntil = at + (at < busyUntil ? BUSY_FACTOR * waitMs : waitMs);
      await sleep(gatheringUntil - at);
      return false;
    }
    busyUntil = at + BUSY_MS;
    await sleep(gatheringUntil - at + waitMs);
    return now() < gatheringUntil;
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
      await withTimeout(store.put(message.records, message), TIMEOUT_MS);
      for (const { key } of message.read) forgetHour(key);
      return 'delivered';
    } catch (error) {
      // Both stores fail: the records stay for the requests to come.
      log('error', 'sync_buffer.store_failed', { records: message.records.length, error });
      return 'given-up';
    }
  }

  return {
    add(record, key, at) {
      const isRead = noteRead(key, at);
      if (record !== null) addRecord(record);
      return isRead || record !== null ? sendInTime() : null;
    },

    addAll(sync, at) {
      const { user, device } = sync;
      const isRead = [...sync.given.map(({ key }) => key), ...sync.read].map((key) => noteRead(key, at)).includes(true);
      if (device === null) return isRead ? sendInTime() : null;
      const { given, check } = unnoted(sync, resolutionMs, at);
      for (const item of given) addRecord({ user, device, ...item, syncedAt: at });
      if (check !== null) addCheck({ user, device, at, tags: check.keys.map(tagOfKey), adds: check.adds });
      return isRead || given.length > 0 || check !== null ? sendInTime() : null;
    },

    addRefusal(refusal, at) {
      const { user, device, resource, reason } = refusal;
      if (!isFirstInHour(JSON.stringify([user, device, resource, reason]), at)) return null;
      addRefusal({ ...refusal, hour: hourOf(at) });
      return sendInTime();
    },
  };
}

/** Whether it is news that the key was read in this hour. */
function noteRead(key: string, now: number): boolean {
  const isFirst = isFirstInHour(key, now);
  if (isFirst) addRead(key, hourOf(now));
  return isFirst;
}
