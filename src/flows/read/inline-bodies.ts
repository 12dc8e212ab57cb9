/**
 * Which bodies come along with the answer to `/sync/`, and those bodies. Tables and deltas alone do: the service wrote them, so they
 * are valid JSON without a line break. Each is opened when its turn comes, so that a request holds one at a time, however slowly it
 * is read; all requests of an isolate together hold MEMORY_SHARES.inlineBodies, and whoever finds no room tells of the path instead.
 */

import type { GivenVersion } from '../../core/choose-answer.ts';
import type { ChosenDelta } from '../../core/choose-delta.ts';
import { log } from '../../log.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import type { BlobContent } from '../../ports/stores.ts';
import { ByteRoom, type Taken } from '../../stores/byte-room.ts';
import { MAX_HOT_BYTES } from '../../stores/cached-blobs.ts';
import type { Services } from '../services.ts';
import { openBody, openChosen } from './open-answer.ts';
import { recoverBody } from './recover-body.ts';
import type { SyncedCache } from './sync-caches.ts';

/** A cache that is served, as the question finds it. */
export type ServedCache = SyncedCache & { answer: { kind: 'served' } };

/** A body of a stream is held a piece at a time, bytes. */
const PIECE_BYTES = 65_536;
/** What a delta takes for each table, beside its name and rows, bytes. */
const TABLE_BYTES = 45;
/** How long one piece may take to be read before it counts no longer, ms: the platform may cut a request short. */
const READING_MS = 120_000;

const room = new ByteRoom(MEMORY_SHARES.inlineBodies);

/** What is held for inline bodies now, bytes, for tests. */
export function inlineBytesHeld(): number {
  return room.bytesTaken(Date.now());
}

/** How many bytes of bodies an answer may yet bring. */
export class InlineBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** False: there is no room for so many. A negative number gives some back. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

/** How long the body of an answer is, or of a delta about; null: it is none that comes along. */
export function inlineSize({ answer: { served, chosen } }: ServedCache): number | null {
  if (chosen.kind === 'not-modified' || served.loaded.hash === null) return null;
  if (chosen.kind === 'whole' || chosen.delta.steps === 'all') return served.loaded.bytes;
  const frame = (served.tables ?? []).reduce((sum, name) => sum + TABLE_BYTES + name.length, 0);
  return chosen.delta.steps.reduce((sum, { bytes }) => sum + bytes, frame);
}

/** A body that comes along. */
export interface InlineBody {
  given: GivenVersion;
  /** Null: it is the whole table. */
  delta: ChosenDelta | null;
  /** All bytes of it. @throws Error when there are others than were told */
  pieces(): AsyncGenerator<Uint8Array, void, void>;
  /** Gives back what it holds, also if nobody has begun to read it. */
  release(): Promise<void>;
}

/**
 * The body; null where only its path can be told: it has gone, is larger than it seemed and than the budget has left, or too many
 * are being read.
 *
 * @param planned what of the budget was taken for it
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
    // The read of its path is told what is wrong, in its own time.
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
