/** Opens the answer to a read, including its delta (CONTRACT 3). `/rpc/` writes it as HTTP, `/sync/` as an item. */

import { type AskedAnswer, type ChosenAnswer, chooseAnswer, chooseWhole } from '../../core/choose-answer.ts';
import { log } from '../../log.ts';
import type { BlobContent, BlobRange } from '../../ports/blobs.ts';
import type { Entry } from '../../ports/entry.ts';
import { demandAvailable, purgeKey } from '../ask-object.ts';
import type { Services } from '../services.ts';
import { type OpenedDelta, openDelta } from './open-delta.ts';
import type { ServedBody } from './serve-cache.ts';

/** A chosen answer whose delta is available. */
export type OpenedAnswer =
  | Exclude<ChosenAnswer, { kind: 'delta' }>
  | (Extract<ChosenAnswer, { kind: 'delta' }> & { opened: OpenedDelta });

/** @throws Problem `precondition-failed`, `overloaded` */
export async function openAnswer(
  services: Pick<Services, 'blobs' | 'foldedDeltas' | 'waitUntil'>,
  served: ServedBody,
  asked: AskedAnswer,
): Promise<OpenedAnswer> {
  return openChosen(services, served, asked, chooseAnswer(served, asked));
}

/** Same for an answer that was chosen before. */
export async function openChosen(
  services: Pick<Services, 'blobs' | 'foldedDeltas' | 'waitUntil'>,
  served: ServedBody,
  asked: AskedAnswer,
  chosen: ChosenAnswer,
): Promise<OpenedAnswer> {
  if (chosen.kind !== 'delta') return chosen;
  const opened = await openDelta(services, served, chosen.delta);
  return opened === null ? chooseWhole(served, asked) : { ...chosen, opened };
}

/**
 * Opens a part of the body; null if the body is gone. The length of a stream is fixed, so the reader notices if it is
 * cut off.
 *
 * @throws Problem `overloaded`
 */
export async function openBody(
  { blobs }: Pick<Services, 'blobs'>,
  { entry, loaded }: ServedBody,
  part: BlobRange = { offset: 0, length: loaded.bytes },
): Promise<BlobContent | null> {
  if (part.length === 0) return new Uint8Array(0);
  const content = await blobs.get(entry.key, loaded.fence, 'body', { ...part, whole: loaded.bytes });
  return content instanceof ReadableStream ? content.pipeThrough(new FixedLengthStream(part.length)) : content;
}

/**
 * Recovers when R2 does not have a body that an entry names. If the look-up was old, the body was removed as planned,
 * and the object returns a newer entry. If the object names the same body, the body is lost: the cache is purged,
 * because a load that finds nothing changed would write no body. The next read then loads it.
 *
 * @param entry names the missing body
 * @throws Problem `overloaded`
 */
export async function recoverBody(services: Pick<Services, 'lookup' | 'objects'>, entry: Entry): Promise<void> {
  const { key } = entry;
  const answer = demandAvailable(await services.objects.entry(key));
  if (answer.outcome === 'found' && answer.entry.loaded?.fence !== entry.loaded?.fence) {
    await services.lookup.put(answer.entry);
    return;
  }
  log('error', 'cache.body_lost', { key, fence: entry.loaded?.fence });
  await purgeKey(services, key, false);
}
