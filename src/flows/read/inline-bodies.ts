/**
 * Selects and opens the bodies that are sent inline in the answer to `/sync/`. Only tables and deltas are: the service
 * wrote them, so they are valid JSON without line breaks. Each is opened just before it is sent, so that a request
 * holds one at a time, however slowly its client reads. All requests of an isolate together hold at most
 * MEMORY_SHARES.inlineBodies; without room, the item gives the path of its body instead.
 */

import type { GivenVersion } from '../../core/choose-answer.ts';
import type { ChosenDelta } from '../../core/choose-delta.ts';
import { log } from '../../log.ts';
import type { BlobContent } from '../../ports/blobs.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import { ByteRoom, type Taken } from '../../stores/byte-room.ts';
import { MAX_HOT_BYTES } from '../../stores/cached-blobs.ts';
import type { Services } from '../services.ts';
import { openBody, openChosen, recoverBody } from './open-answer.ts';
import type { SyncedCache } from './sync-caches.ts';

/** A cache that is served, as the request found it. */
export type ServedCache = SyncedCache & { answer: { kind: 'served' } };

/** A streamed body is held one piece at a time, bytes. */
const PIECE_BYTES = 65_536;
/** What a delta takes for each table in addition to its name and rows, bytes. */
const TABLE_BYTES = 45;
/**
 * A body stops counting if its client takes longer than this to read a piece, ms: the platform may cut a request off.
 */
const READING_MS = 120_000;

const room = new ByteRoom(MEMORY_SHARES.inlineBodies);

/** Memory that inline bodies hold now, bytes, for tests. */
export function inlineBytesHeld(): number {
  return room.bytesTaken(Date.now());
}

/** How many bytes of bodies an answer may still contain. */
export class InlineBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Takes these bytes. False: there are not that many left. A negative number gives bytes back. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

/** Returns the size of the answer's body, approximate for a delta, bytes; null if it cannot be sent inline. */
export function inlineSize({ answer: { served, chosen } }: ServedCache): number | null {
  if (chosen.kind === 'not-modified' || served.loaded.hash === null) return null;
  if (chosen.kind === 'whole' || chosen.delta.steps === 'all') return served.loaded.bytes;
  const frame = (served.tables ?? []).reduce((sum, name) => sum + TABLE_BYTES + name.length, 0);
  return chosen.delta.steps.reduce((sum, { bytes }) => sum + bytes, frame);
}

/** An inline body. */
export interface InlineBody {
  given: GivenVersion;
  /** Null: the body is the whole table. */
  delta: ChosenDelta | null;
  /** All bytes of the body. @throws Error if their number differs from what was announced */
  pieces(): AsyncGenerator<Uint8Array, void, void>;
  /** Frees what the body holds, even if reading has not begun. */
  release(): Promise<void>;
}

/**
 * Opens the body. Null if the item can only give its path: the body is gone, it is larger than planned and than the
 * rest of the budget, or too many bodies are being read.
 *
 * @param planned bytes that were taken from the budget for it
 */
export async function openInline(
  services: Services,
  synced: ServedCache,
  budget: InlineBudget,
  planned: number,
): Promise<InlineBody | null> {
  const { served, asked, chosen } = synced.answer;
  let held: Taken | null = null;
  try {
    const opened = await openChosen(services, served, asked, chosen);
    const delta = opened.kind === 'delta' ? opened : null;
    const bytes = delta?.opened.bytes ?? served.loaded.bytes;
    held = room.take(bytes <= MAX_HOT_BYTES ? bytes : PIECE_BYTES, Date.now() + READING_MS, Date.now());
    if (held === null || !budget.take(bytes - planned)) {
      budget.take(-planned);
      await letGo(held, delta?.opened.body ?? null);
      return null;
    }
    const content = delta?.opened.body ?? (await openBody(services, served));
    if (content === null) {
      budget.take(-bytes);
      await letGo(held, null);
      await recoverBody(services, served.entry);
      return null;
    }
    const taken = held;
    return {
      given: opened.given,
      delta: delta?.delta ?? null,
      pieces: () => readPieces(content, bytes, taken),
      release: () => letGo(taken, content),
    };
  } catch (error) {
    held?.release();
    // The client reads the body at its path, and is told there what is wrong.
    log('warn', 'sync.body_not_opened', { key: served.entry.key, error });
    return null;
  }
}

async function letGo(held: Taken | null, content: BlobContent | null): Promise<void> {
  held?.release();
  if (content instanceof ReadableStream && !content.locked) await content.cancel();
}

async function* readPieces(content: BlobContent, bytes: number, held: Taken): AsyncGenerator<Uint8Array, void, void> {
  let read = 0;
  if (content instanceof Uint8Array) {
    read = content.byteLength;
    yield content;
  } else {
    for await (const piece of content) {
      held.keepUntil(Date.now() + READING_MS);
      read += piece.byteLength;
      yield piece;
    }
  }
  if (read !== bytes) throw new Error(`a body has ${read} bytes instead of ${bytes}`);
}
