/**
 * Folded deltas at the location's edge, the small ones in isolate memory too, so that one is made once a location (DESIGN "Rows, id map and deltas"). Nothing is
 * ever put over another one: versions are never counted again.
 */

import type { FoldedDeltas } from '../contract/stores.ts';
import { BoundedMap } from './bounded-map.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';
import { fetchOnce } from './fetch-once.ts';

/** How long a folded delta stays at the edge: most devices come within this time after a version. */
const EDGE_TTL_S = 3600;

/** Largest body, and all bodies together, kept in an isolate. */
const MAX_HOT_BYTES = 256 * 1024;
const HOT_BYTES = 8 * 1024 * 1024;

const hot = new BoundedMap<Uint8Array<ArrayBuffer>>(HOT_BYTES, (bytes) => bytes.byteLength);

/** Folded deltas in isolate memory and in `edge`; keeping them goes on after the answer. */
export function foldedDeltas(edge: EdgeCache, waitUntil: (work: Promise<unknown>) => void): FoldedDeltas {
  return {
    async get(key, from, to, fold) {
      const url = urlOf(key, from, to);
      const find = async () => {
        const kept = await edge.match(url);
        const body = kept === null ? await fold() : new Uint8Array(await kept.arrayBuffer());
        if (body === null) return null;
        if (kept === null) waitUntil(edge.put(url, body, EDGE_TTL_S));
        if (body.byteLength <= MAX_HOT_BYTES) hot.set(url, body);
        return body;
      };
      return hot.get(url) ?? fetchOnce(url, () => hot.get(url), find);
    },
  };
}

/** The number is that of the form of a delta's body: two releases at once must not read each other's. */
function urlOf(key: string, from: number, to: number): string {
  return edgeUrl('delta', 1, key, from, to);
}
