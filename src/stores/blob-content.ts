/** What a blob was read as (ports/stores.ts), brought into one form. */

import type { BlobContent } from '../ports/stores.ts';

/**
 * All bytes of it, `length` of them: those in memory as they are, for all their readers the same and not to be changed; a
 * stream into one array of that length, so that nothing is held twice. Null: it has fewer or more, or did not end within `withinMs`
 * (absent: it may take any time) and was cancelled.
 */
export async function readWhole(
  content: BlobContent,
  length: number,
  withinMs?: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (content instanceof Uint8Array) return content.byteLength === length ? content : null;
  const reader = content.getReader();
  if (withinMs === undefined) return readStream(reader, length);
  // A cancelled stream ends early, so it is not whole.
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), withinMs);
  try {
    return await readStream(reader, length);
  } finally {
    clearTimeout(timer);
  }
}

async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const whole = new Uint8Array(length);
  let used = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (used + next.value.byteLength > length) {
      await reader.cancel();
      return null;
    }
    whole.set(next.value, used);
    used += next.value.byteLength;
  }
  return used === length ? whole : null;
}

/**
 * A stream of pieces as they are asked for: its reader takes one before the next is made, so that a slow one holds one at a
 * time. A stream of the platform's own, for those made in JavaScript are read ahead of a slow client. `waitUntil` keeps the
 * invocation for it; whatever `pieces` throws breaks the stream off.
 *
 * @param length of all pieces, bytes; null: it is not known
 */
export function streamOf(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number | null,
  waitUntil: (work: Promise<unknown>) => void,
): ReadableStream<Uint8Array> {
  const { readable, writable } = length === null ? new IdentityTransformStream() : new FixedLengthStream(length);
  waitUntil(writeAll(pieces, writable.getWriter()));
  return readable;
}

async function writeAll(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for await (const piece of pieces) await writer.write(piece);
    await writer.close();
  } catch (error) {
    // The reader has gone, or is told by the stream itself.
    await writer.abort(error).catch(() => {});
  }
}
