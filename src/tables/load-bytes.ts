/** Loads a body that is no table: it passes through as it is. */

import { createHash } from 'node:crypto';
import { BlobWriter } from './blob-writer.ts';
import type { LoadInput, LoadResult } from './load.ts';

/** Writes the body to R2, unless it and its content type are those of the version before. */
export async function loadBytes(input: LoadInput, contentType: string): Promise<LoadResult> {
  const { body, blobs, key, fence, previous, nextRowId } = input;
  const writer = new BlobWriter(blobs, key, fence, 'body');
  try {
    const sum = createHash('sha256');
    for await (const piece of body) {
      sum.update(piece);
      writer.write(piece);
      if (writer.isFull) await writer.drain();
    }
    const digest = sum.digest('hex');
    if (previous?.digest === digest && previous.contentType === contentType) {
      return { change: null, inserted: 0, deleted: 0 };
    }
    const bytes = writer.bytes;
    await writer.finish([]);
    return {
      change: { contentType, bytes, mapBytes: 0, rows: null, hash: null, digest, nextRowId, deltaBytes: null },
      inserted: 0,
      deleted: 0,
    };
  } finally {
    await writer.abort();
  }
}
