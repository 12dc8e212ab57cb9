/** Bodies and deltas in R2, named `<key>/<fence>/<name>`: written once, never listed (DESIGN "Stores and who owns what"). */

import type { BlobName } from '../contract/object.ts';
import type { Blobs, BlobUpload } from '../contract/stores.ts';
import { log } from '../log.ts';

/** Size of every part of a blob of unknown length but the last, bytes: R2 wants them equal and at least 5 MiB. */
export const PART_BYTES = 8 * 1024 * 1024;

/** Most names in one removal (R2). */
const MAX_REMOVED = 1000;

function blobPath(key: string, fence: number, name: BlobName): string {
  return `${key}/${fence}/${name}`;
}

/** The blobs of a bucket. Every call throws what R2 throws. */
export function r2Blobs(bucket: R2Bucket): Blobs {
  return {
    async get(key, fence, name, range) {
      // R2 refuses a range of no bytes; the entry that named it knows that the body is empty.
      if (range?.length === 0) return new Blob([]).stream();
      const found = await bucket.get(blobPath(key, fence, name), range === undefined ? {} : { range });
      if (found === null) return null;
      if (range !== undefined && found.size < range.offset + range.length) {
        // Cut short, it would be served as whole: it counts as lost.
        log('error', 'blobs.short', { key, fence, name, bytes: found.size });
        await found.body.cancel();
        return null;
      }
      return found.body;
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
