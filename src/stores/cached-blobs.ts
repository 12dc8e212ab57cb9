/**
 * Caches blobs in isolate memory and at the edge. Blobs are immutable, so a copy is never wrong. It may outlive its
 * blob, but then nothing refers to it any more.
 *
 * Only whole objects (deltas and bodies) are copied, each under one URL. A part that a client asks for is cut from the
 * copy, or else read from the store, and is not kept. Small objects are read whole and kept in the isolate. For larger
 * ones the reader gets the store's stream, and the edge a second stream under `waitUntil`: a stream shared by both
 * would buffer everything that the faster one has read before the slower one.
 */

import { log } from '../log.ts';
import type { BlobContent, Blobs } from '../ports/blobs.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { readWhole } from './blob-content.ts';
import { BoundedMap } from './bounded-map.ts';
import { type EdgeCache, edgeUrl, openAtEdge } from './edge-cache.ts';
import { fetchOnce } from './fetch-once.ts';
import { orOverloaded } from './overloaded.ts';

/** How long a copy stays at the edge, s: limits how long a purged body stays there, though no one can reach it. */
const EDGE_TTL_S = 3600;
/**
 * Largest blob kept in an isolate; together they take at most MEMORY_SHARES.hotBlobs. In addition, each slow reader may
 * hold one that has been removed meanwhile.
 */
export const MAX_HOT_BYTES = 192 * 1024;
/** Time-out for a store to begin its answer, and to send a small one completely, ms. */
const TIMEOUT_MS = 10_000;
/** How long one copy to the edge prevents others, ms: an invocation has 30 s after its answer. */
const COPYING_MS = 30_000;
/** How long no copies are made after one was not found again, ms: each copy costs a read of the store. */
const NOT_KEPT_MS = 600_000;
const UNREAD = 'What is stored cannot be read right now; try again in a moment.';

const hot = new BoundedMap<Uint8Array<ArrayBuffer>>(MEMORY_SHARES.hotBlobs, (bytes) => bytes.byteLength);

/** No other copy is made until then, ms: each isolate makes one at a time, and none where the edge keeps nothing. */
let copyingUntil = 0;

/** Bytes in isolate memory, for tests. */
export function hotBytes(): number {
  return hot.weight;
}

/**
 * Blobs whose reads try isolate memory, then the edge cache, then `inner`; writes go straight to `inner`.
 *
 * @throws Problem `overloaded`, by `get`, when `inner` fails or does not answer
 */
export function cachedBlobs(inner: Blobs, edge: EdgeCache, waitUntil: (work: Promise<unknown>) => void): Blobs {
  const fetched: Blobs['get'] = (...blob) => orOverloaded(inner.get(...blob), TIMEOUT_MS, UNREAD);

  return {
    put: (key, fence, name, content) => inner.put(key, fence, name, content),
    begin: (key, fence, name) => inner.begin(key, fence, name),
    remove: (names) => inner.remove(names),

    async get(key, fence, name, range) {
      const whole = range?.whole;
      if (range === undefined || whole === undefined || range.length === 0) return fetched(key, fence, name, range);
      const url = edgeUrl('blob', key, fence, name);
      const all = { offset: 0, length: whole, whole };
      if (whole <= MAX_HOT_BYTES) {
        const bytes = hot.get(url) ?? (await fetchOnce(url, () => hot.get(url), readHot));
        return bytes?.subarray(range.offset, range.offset + range.length) ?? null;
      }
      const kept = await openAtEdge(edge, url, { ...range, whole });
      if (kept !== null) return kept;
      const found = await fetched(key, fence, name, range);
      if (found !== null && range.length === whole) copyToEdge();
      return found;

      async function readHot(): Promise<Uint8Array<ArrayBuffer> | null> {
        const atEdge = await readInTime(await openAtEdge(edge, url, all));
        const bytes = atEdge ?? (await readInTime(await fetched(key, fence, name, all)));
        if (bytes === null) return null;
        hot.set(url, bytes);
        if (atEdge === null) waitUntil(edge.put(url, bytes, EDGE_TTL_S));
        return bytes;
      }

      async function readInTime(content: BlobContent | null): Promise<Uint8Array<ArrayBuffer> | null> {
        return content === null ? null : orOverloaded(readWhole(content, all.length), TIMEOUT_MS, UNREAD);
      }

      function copyToEdge(): void {
        const now = Date.now();
        if (now < copyingUntil) return;
        copyingUntil = now + COPYING_MS;
        waitUntil(copy());
      }

      async function copy(): Promise<void> {
        let pauseMs = 0;
        try {
          const again = await inner.get(key, fence, name, all);
          if (again === null) return;
          const body = again instanceof Uint8Array ? again : again.pipeThrough(new FixedLengthStream(all.length));
          await edge.put(url, body, EDGE_TTL_S);
          const kept = await openAtEdge(edge, url, all);
          if (kept === null) pauseMs = NOT_KEPT_MS;
          await kept?.cancel();
        } catch (error) {
          // The reader is not affected, since it has its own stream; the next reader makes the copy.
          log('warn', 'blob.not_copied', { key, fence, name, error });
        } finally {
          copyingUntil = Date.now() + pauseMs;
        }
      }
    },
  };
}
