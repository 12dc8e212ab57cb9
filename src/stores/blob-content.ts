/** Converts what a blob was read as (ports/stores.ts) to one form. */

import type { BlobContent } from '../ports/blobs.ts';

/**
 * All `length` bytes of a blob. Bytes in memory are returned unchanged; all readers share them and must not change
 * them. A stream is read into one array of that length, so that nothing is held twice. Null: the blob has fewer or more
 * bytes, or the stream did not end within `withinMs` (absent: no limit) and was cancelled.
 */
export async function readWhole(
  content: BlobContent,
  length: number,
  withinMs?: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (content instanceof Uint8Array) return content.byteLength === length ? content : null;
  const reader = content.getReader();
  if (withinMs === undefined) return readStream(reader, length);
  // A cancelled stream ends early, so it counts as incomplete.
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
 * A stream of pieces that are made on demand: the reader takes one before the next is made, so a slow reader holds one
 * at a time. It is a native stream, since streams made in JavaScript are read ahead of a slow client. `waitUntil` keeps
 * the invocation alive for it; an error of `pieces` breaks the stream off.
 *
 * @param length bytes of all pieces; null: unknown
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
    // The reader has gone, or learns of the error from the stream itself.
    await writer.abort(error).catch(() => {});
  }
}
