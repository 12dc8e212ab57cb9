/** Bodies and deltas in R2, named `<key>/<fence>/<name>`: written once, never listed (DESIGN "Stores and who owns what"). */

import { log } from '../log.ts';
import type { BlobRange, Blobs, BlobUpload } from '../ports/blobs.ts';
import type { BlobName } from '../ports/object.ts';

/** Size of every part but the last of a blob of unknown length, bytes: R2 wants equal parts of at least 5 MiB. A load holds one. */
export const PART_BYTES = 5 * 1024 * 1024;

/** Most names in one removal (limit of R2). */
const MAX_REMOVED = 1000;

function blobPath(key: string, fence: number, name: BlobName): string {
  return `${key}/${fence}/${name}`;
}

/** The blobs of a bucket. Every call throws what R2 throws. */
export function r2Blobs(bucket: R2Bucket): Blobs {
  return {
    async get(key, fence, name, range) {
      // R2 refuses an empty range. The entry that named the range says that the body is empty.
      if (range?.length === 0) return new Blob([]).stream();
      const path = blobPath(key, fence, name);
      if (range === undefined) return (await bucket.get(path))?.body ?? null;
      const found = await getRange(bucket, path, range);
      if (found === null) return null;
      if (found.size < range.offset + range.length) {
        // A truncated blob would be served as if it were whole, so it counts as lost.
        log('error', 'blob.cut_short', { key, fence, name, bytes: found.size });
        if ('body' in found) await found.body.cancel();
        return null;
      }
      return 'body' in found ? found.body : null;
    },

    async put(key, fence, name, content) {
      await bucket.put(blobPath(key, fence, name), content);
    },

    async begin(key, fence, name) {
      return multipart(await bucket.createMultipartUpload(blobPath(key, fence, name)));
    },

    async remove(names) {
      const paths = names.map((blob) => blobPath(blob.key, blob.fence, blob.name));
      for (let at = 0; at < paths.length; at += MAX_REMOVED) await bucket.delete(paths.slice(at, at + MAX_REMOVED));
    },
  };
}

/** R2 refuses a range that begins past the end, with varying messages. Then this returns the object without a body. */
async function getRange(bucket: R2Bucket, path: string, range: BlobRange): Promise<R2Object | R2ObjectBody | null> {
  try {
    return await bucket.get(path, { range });
  } catch (error) {
    const there = await bucket.head(path);
    if (there !== null && there.size > range.offset) throw error;
    return there;
  }
}

function multipart(upload: R2MultipartUpload): BlobUpload {
  const parts: R2UploadedPart[] = [];
  return {
    async part(content) {
      parts.push(await upload.uploadPart(parts.length + 1, content));
    },
    async complete() {
      await upload.complete(parts);
    },
    async abort() {
      await upload.abort();
    },
  };
}
