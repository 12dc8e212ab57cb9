/** Compression of an answer that comes in pieces, each of which is to arrive at once. `CompressionStream` cannot do that: it has no flush. */

/** The pieces compressed; after each all of it so far can be read. @throws what the pieces throw */
export async function* gzipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  // Loaded when it is needed, since it would make every isolate's start longer.
  const { constants, createGzip } = await import('node:zlib');
  const gzip = createGzip();
  const compressed: Uint8Array[] = [];
  gzip.on('data', (chunk: Uint8Array) => compressed.push(chunk));
  try {
    for await (const piece of pieces) {
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
  }
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
