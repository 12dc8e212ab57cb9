/** Carries out what a step wants done outside the object. Losing any of it is made good by the alarm. */

import type { RefreshMessage } from '../contract/messages.ts';
import type { Blobs, Entries } from '../contract/stores.ts';
import type { OwedBlob } from '../core/task-machine/document.ts';
import { entryOf } from '../core/task-machine/views.ts';
import { log } from '../log.ts';
import { within } from '../stores/timing.ts';
import type { KeyRows } from './key-rows.ts';

/** How long a write to D1 is waited for, ms: D1 stalls for a minute at times, and the alarm repeats it. */
const STORE_TIMEOUT_MS = 5_000;

/** What the effects are carried out on. */
export interface Outside {
  queue: Queue<RefreshMessage>;
  entries: Entries;
  blobs: Blobs;
}

/** Sends the message of each task of a resource's cache. A failure is only logged: the alarm sends again. */
export async function sendMessages(taskIds: readonly string[], resource: string, { queue }: Outside): Promise<void> {
  for (const taskId of taskIds) {
    await queue.send({ taskId, resource }).catch((error) => log('warn', 'refresh_message_not_sent', { taskId, error }));
  }
}

/** Writes the newest entry of a key to D1 and tells the machine; whether D1 has it. */
export async function storeEntry(key: string, rows: KeyRows, { entries }: Outside): Promise<boolean> {
  const document = rows.find({ key });
  if (document === null) return false;
  const entry = entryOf(document);
  const isStored = await within(entries.put(entry), STORE_TIMEOUT_MS).catch((error) => {
    log('warn', 'entry_not_stored', { key, revision: entry.revision, error });
    return false;
  });
  if (isStored) await rows.run({ key }, 'stored', { revision: entry.revision });
  else await rows.run({ key }, 'unstored', {});
  return isStored;
}

/** Removes blobs of a key from R2 and tells the machine. A failure is only logged: they stay owed, and the alarm tries again. */
export async function removeBlobs(
  key: string,
  blobs: readonly OwedBlob[],
  rows: KeyRows,
  outside: Outside,
): Promise<void> {
  if (blobs.length === 0) return;
  try {
    await outside.blobs.remove(blobs.map(({ fence, name }) => ({ key, fence, name })));
    await rows.run({ key }, 'removed', { blobs });
  } catch (error) {
    log('warn', 'blobs_not_removed', { key, count: blobs.length, error });
  }
}
