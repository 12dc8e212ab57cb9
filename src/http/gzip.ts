/**
 * Compresses an answer whose pieces must each arrive immediately. `CompressionStream` cannot do that because it has no
 * flush. A compressor is in use until the client has read the answer, so an isolate has few; other answers are sent
 * uncompressed.
 */

import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { ByteRoom, type Taken } from '../stores/byte-room.ts';

/** A window of 8 KiB and a low memory level: a quarter of zlib's default memory. */
const WINDOW_BITS = 13;
const MEMORY_LEVEL = 6;
/** Memory of one compressor with these options (zlib's zconf.h), plus its buffers, bytes. */
const COMPRESSOR_BYTES = 2 ** (WINDOW_BITS + 2) + 2 ** (MEMORY_LEVEL + 9) + 8192;
/** A compressor stops counting if its client takes longer than this to read a piece, ms. */
const READING_MS = 120_000;

const room = new ByteRoom(MEMORY_SHARES.compressors);

/** Bytes of all compressors, for tests. */
export function compressorBytes(): number {
  return room.bytesTaken(Date.now());
}

/** Reserves memory for a compressor, which `gzipped` releases; null if there is none left. */
export function takeCompressor(): Taken | null {
  return room.take(COMPRESSOR_BYTES, Date.now() + READING_MS, Date.now());
}

/**
 * Compresses the pieces. After each piece, the client can decompress everything so far.
 *
 * @throws what the pieces throw
 */
export async function* gzipped(
  pieces: AsyncIterable<Uint8Array>,
  taken: Taken,
): AsyncGenerator<Uint8Array, void, void> {
  // Imported on demand: otherwise every isolate would start more slowly.
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
