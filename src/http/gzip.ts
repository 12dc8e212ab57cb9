/**
 * Compression of an answer that comes in pieces, each of which is to arrive at once. `CompressionStream` cannot do that: it has no
 * flush. A compressor is held until its client has read the answer, so an isolate has few: the other answers go as they are.
 */

import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { ByteRoom, type Taken } from '../stores/byte-room.ts';

/** A window of 8 KiB, and little memory besides: a quarter of what zlib takes usually. */
const WINDOW_BITS = 13;
const MEMORY_LEVEL = 6;
/** What zlib takes for a compressor of these (zlib's zconf.h), and what lies round it, bytes. */
const COMPRESSOR_BYTES = 2 ** (WINDOW_BITS + 2) + 2 ** (MEMORY_LEVEL + 9) + 8192;
/** How long a piece may take to be read before its compressor counts no longer, ms. */
const READING_MS = 120_000;

const room = new ByteRoom(MEMORY_SHARES.compressors);

/** Bytes of all compressors, for tests. */
export function compressorBytes(): number {
  return room.bytesTaken(Date.now());
}

/** Room for a compressor, which `gzipped` gives back; null: there is none. */
export function takeCompressor(): Taken | null {
  return room.take(COMPRESSOR_BYTES, Date.now() + READING_MS, Date.now());
}

/** The pieces compressed; after each, all of it so far can be read. @throws what the pieces throw */
export async function* gzipped(
  pieces: AsyncIterable<Uint8Array>,
  taken: Taken,
): AsyncGenerator<Uint8Array, void, void> {
  // Loaded when it is needed, since it would make every isolate's start longer.
  const { constants, createGzip } = await import('node:zlib');
  const gzip = createGzip({ windowBits: WINDOW_BITS, memLevel: MEMORY_LEVEL });
  const compressed: Uint8Array[] = [];
  gzip.on('data', (chunk: Uint8Array) => compressed.push(chunk));
  try {
    for await (const piece of pieces) {
      taken.keepUntil(Date.now() + READING_MS);
      await called((done) => gzip.write(piece, done));
      await called((done) => gzip.flush(constants.Z_SYNC_FLUSH, done));
      yield* compressed.splice(0);
    }
    const ended = new Promise((resolve, reject) => gzip.once('end', resolve).once('error', reject));
    gzip.end();
    await ended;
    yield* compressed;
  } finally {
    gzip.destroy();
    taken.release();
  }
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
