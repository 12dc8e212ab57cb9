/** Loads a body without tables, which is stored unchanged. */

import { createHash } from 'node:crypto';
import { BlobWriter } from './blob-writer.ts';
import type { LoadInput, LoadResult } from './load.ts';

/** The additional input of a load without tables. */
export interface BytesInput extends LoadInput {
  /** The origin's answer; it ends only when it is complete. */
  body: AsyncIterable<Uint8Array>;
  contentType: string;
}

/** Writes the body to R2, unless body and content type equal those of the version before. */
export async function loadBytes(input: BytesInput): Promise<LoadResult> {
  const { body, contentType, blobs, key, fence, previous, nextRowId } = input;
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
