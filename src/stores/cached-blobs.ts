/**
 * Blobs through isolate memory and the edge cache. Blobs are immutable, so a copy is never wrong; it may outlive its
 * blob, but then nothing names it any more.
 *
 * Kept are deltas and bodies, that is ranges from the start (the id map stands behind the body). Small ones are read
 * whole and stay in the isolate; larger ones stream to the reader and to the edge cache at once.
 */

import type { BlobName } from '../contract/object.ts';
import type { BlobRange, Blobs } from '../contract/stores.ts';
import { readWhole } from './blob-content.ts';
import { BoundedMap } from './bounded-map.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';
import { fetchOnce } from './fetch-once.ts';
import { orOverloaded } from './overloaded.ts';

/** How long a copy stays at the edge: bounds how long a purged body lies there, unreachable. */
const EDGE_TTL_S = 3600;
/** Largest body kept at the edge: a slow reader makes the isolate hold what the edge cache has taken ahead of it. */
const MAX_EDGE_BYTES = 25 * 1024 * 1024;
/** Largest blob, and all blobs together, kept in an isolate. */
const MAX_HOT_BYTES = 256 * 1024;
const HOT_BYTES = 16 * 1024 * 1024;
/** How long a store may take to begin its answer, and to give a small one whole, ms. */
const TIMEOUT_MS = 10_000;
const UNREAD = 'What is stored cannot be read right now; try again in a moment.';

const hot = new BoundedMap<Uint8Array<ArrayBuffer>>(HOT_BYTES, (bytes) => bytes.byteLength);

/**
 * Blobs whose reads are answered by isolate memory, then the edge cache, then `inner`; writes go straight to `inner`.
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
      if (!isKept(name, range)) return fetched(key, fence, name, range);
      const url = urlOf(key, fence, name, range);
      const held = hot.get(url);
      if (held !== undefined) return held;

      const find = async () => {
        const kept = (await edge.match(url))?.body ?? null;
        return { kept, found: kept ?? (await fetched(key, fence, name, range)) };
      };
      // Without a range it is a delta, at most 8 MiB and folded by its reader: read whole to know its size.
      if (range === undefined || range.length <= MAX_HOT_BYTES) {
        const readHot = async () => {
          const { kept, found } = await find();
          if (found === null) return null;
          const bytes = await orOverloaded(readWhole(found), TIMEOUT_MS, UNREAD);
          if (bytes.byteLength <= MAX_HOT_BYTES) hot.set(url, bytes);
          if (kept === null) waitUntil(edge.put(url, bytes, EDGE_TTL_S));
          return bytes;
        };
        return fetchOnce(url, () => hot.get(url), readHot);
      }
      const { kept, found } = await find();
      if (kept !== null || found === null || found instanceof Uint8Array) return found;
      const [forReader, forEdge] = found.tee();
      waitUntil(edge.put(url, forEdge, EDGE_TTL_S));
      return forReader;
    },
  };
}

function isKept(name: BlobName, range: BlobRange | undefined): boolean {
  if (range === undefined) return name === 'delta';
  return range.offset === 0 && range.length > 0 && range.length <= MAX_EDGE_BYTES;
}

function urlOf(key: string, fence: number, name: BlobName, range: BlobRange | undefined): string {
  return edgeUrl('blob', key, fence, name, ...(range === undefined ? [] : [range.length]));
}
