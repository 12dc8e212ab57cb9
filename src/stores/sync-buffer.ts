/**
 * Group commit of sync records (DESIGN "Reading"): the records of all requests that an isolate serves at the same time
 * leave in one queue message. A request cannot await a promise of another, so the buffer consists of maps of values.
 * The first request of a group sleeps a moment, then sends everything in them; the others check once more afterwards,
 * in case it died. Accepted: an isolate that ends may lose the last records; the device's next request restores them.
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

/** Times of the buffer. */
export interface SyncBufferOptions {
  /** How long a record waits for others, ms. Default: 200. Four times as long while the isolate is busy. */
  waitMs?: number;
  /** Pause before a failed send is retried, ms. Default: 1000. */
  retryMs?: number;
  /** After sends have failed for this time, records are written to D1 directly, ms. Default: 20,000. */
  giveUpMs?: number;
  /** SYNC_RESOLUTION_S, ms. Default: 60,000. */
  resolutionMs?: number;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** Time-out of the queue, and then of D1, ms. A message that arrived all the same comes twice, which does no harm. */
const TIMEOUT_MS = 5000;

/**
 * A message costs the same however many records it has, so a busy isolate waits longer. Together with the second that
 * the queue waits for a batch, the list is still up to date within 2 s.
 */
const BUSY_FACTOR = 4;
/** An isolate counts as busy for this time after a record that found others waiting, ms. */
const BUSY_MS = 2000;

/** Until when a request gathers the records of all, and until when the isolate is busy, ms. */
let gatheringUntil = 0;
let busyUntil = 0;
/** The beginning of the current series of failed sends, ms; null: the last send succeeded. */
let failingSince: number | null = null;
/** When the request that retries a failed send counts as gone, ms. */
let repeatingUntil = 0;

/** The buffer of this isolate for a queue; `store` takes the records if the queue fails for too long. */
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
      // The pause runs in this request. If it dies, the next request after this time takes over.
      repeatingUntil = now() + 2 * retryMs;
      await sleep(retryMs);
    }
  }

  async function sendInTime(): Promise<void> {
    if (waitingRecords() < MAX_RECORDS && (await isSentByOther())) return;
    gatheringUntil = 0;
    if (now() >= repeatingUntil) await sendAll();
  }

  /**
   * Waits for the send of another request. If each sent after its own wait, all but the first would send only what came
   * since the last send.
   */
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
      // The keys that were read are left out: their next reads are noted again.
      await withTimeout(store.put(message.records, message), TIMEOUT_MS);
      for (const { key } of message.read) forgetHour(key);
      return 'delivered';
    } catch (error) {
      // Both stores fail: the records stay for later requests.
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

/** Whether the read of the key is the first in this hour. */
function noteRead(key: string, now: number): boolean {
  const isFirst = isFirstInHour(key, now);
  if (isFirst) addRead(key, hourOf(now));
  return isFirst;
}
