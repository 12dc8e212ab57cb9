/** Carries out the effects of a step outside the object. If one is lost, the alarm repeats it. */

import type { LiveHubs } from '../contract/live.ts';
import type { CacheDocument, OwedBlob } from '../core/task-machine/document.ts';
import { isHeavy, isSlow } from '../core/task-machine/expected-load.ts';
import { entryOf } from '../core/task-machine/views.ts';
import { log } from '../log.ts';
import type { Blobs } from '../ports/blobs.ts';
import { lastVersionOf } from '../ports/entry.ts';
import type { RefreshMessage } from '../ports/messages.ts';
import type { Entries } from '../ports/stores.ts';
import { withTimeout } from '../waiting.ts';
import type { KeyRows } from './key-rows.ts';

/** How long to wait for a write to D1, ms: D1 sometimes stalls for a minute, and the alarm repeats the write. */
const STORE_TIMEOUT_MS = 5_000;
/** How often an entry is written that collides with another object's entry; after that the alarm continues. */
const STORE_TRIES = 3;
/** Time-outs of sending a message and of a removal, ms: neither may keep the object awake, or delay the alarm's next key. */
const SEND_TIMEOUT_MS = 5_000;
const REMOVE_TIMEOUT_MS = 10_000;

/** The services that effects call. */
export interface Outside {
  queue: Queue<RefreshMessage>;
  /** For loads that may take long, so that they do not delay the others. */
  slowQueue: Queue<RefreshMessage>;
  entries: Entries;
  blobs: Blobs;
  hubs: LiveHubs;
}

/**
 * Sends the messages of tasks at the head of their key, with hints about their load. A failure is only logged: the
 * alarm sends again.
 */
export async function sendMessages(
  taskIds: readonly string[],
  document: CacheDocument,
  { queue, slowQueue }: Outside,
  requestId?: string,
): Promise<void> {
  const { origin, gate } = document.head?.policy ?? {};
  const known = {
    resource: document.cache.resource,
    ...(origin === undefined ? {} : { origin }),
    ...(gate === undefined ? {} : { gate }),
    ...(document.head?.force === true ? { force: true } : {}),
    ...(isHeavy(document) ? { heavy: true } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const chosen = isSlow(document) ? slowQueue : queue;
  for (const taskId of taskIds) {
    await withTimeout(chosen.send({ taskId, ...known }), SEND_TIMEOUT_MS).catch((error) =>
      log('warn', 'refresh.not_sent', { task_id: taskId, error }),
    );
  }
}

/**
 * Writes the newest entry of a key to D1, tells the machine, and returns whether D1 has it. If D1 holds an entry that
 * this object cannot have written, the machine raises its counters above it and the entry is written again: at most
 * STORE_TRIES times, since another object may be writing too.
 *
 * @param tell called once D1 has the change that the hubs of the key must be told of
 */
export async function storeEntry(key: string, rows: KeyRows, { entries }: Outside, tell: () => void): Promise<boolean> {
  for (let tries = 0; tries < STORE_TRIES; tries++) {
    const document = rows.find({ key });
    if (document === null) return false;
    const entry = entryOf(document);
    const inD1 = await withTimeout(entries.put(entry, document.forgotten !== undefined), STORE_TIMEOUT_MS).catch(
      (error) => {
        log('warn', 'entry.not_stored', { key, revision: entry.revision, error });
        return null;
      },
    );
    if (inD1 === null) break;
    const done = await rows.run({ key }, 'stored', { inD1 });
    if (done === null) return false;
    if (done.effects.poke) tell();
    if (done.document.stored.revision >= entry.revision) return true;
    // A concurrent write met the foreign entry too, and the machine has already counted above it.
    if (!done.effects.store) continue;
    const { version } = done.document.counters;
    log('warn', 'entry.adopted', {
      key,
      held_version: lastVersionOf(inD1),
      version,
      remedy: 'operations.md "Lost objects"',
    });
  }
  await rows.run({ key }, 'unstored', {});
  return false;
}

/**
 * Removes blobs of a key from R2 and tells the machine. A failure is only logged: the blobs stay owed, and the alarm
 * retries.
 */
export async function removeBlobs(
  key: string,
  blobs: readonly OwedBlob[],
  rows: KeyRows,
  outside: Outside,
): Promise<void> {
  if (blobs.length === 0) return;
  try {
    const removal = outside.blobs.remove(blobs.map(({ fence, name }) => ({ key, fence, name })));
    await withTimeout(removal, REMOVE_TIMEOUT_MS);
    await rows.run({ key }, 'removed', { blobs });
  } catch (error) {
    log('warn', 'blob.not_removed', { key, count: blobs.length, error });
  }
}
