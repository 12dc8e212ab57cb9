/**
 * Folded deltas at the location's edge, so that one is made once a location (DESIGN "Rows, id map and deltas"). Nothing is
 * ever put over another one: versions are never counted again.
 */

import type { FoldedDeltas } from '../contract/stores.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';

/** How long a folded delta stays at the edge: most devices come within this time after a version. */
const EDGE_TTL_S = 3600;

/** Folded deltas in `edge`; keeping goes on after the answer. */
export function foldedDeltas(edge: EdgeCache, waitUntil: (work: Promise<unknown>) => void): FoldedDeltas {
  return {
    async find(key, from, to) {
      const kept = await edge.match(urlOf(key, from, to));
      return kept === null ? null : new Uint8Array(await kept.arrayBuffer());
    },

    keep(key, from, to, body) {
      waitUntil(edge.put(urlOf(key, from, to), body, EDGE_TTL_S));
    },
  };
}

/** The number is that of the form of a delta's body: two releases at once must not read each other's. */
function urlOf(key: string, from: number, to: number): string {
  return edgeUrl('delta', 1, key, from, to);
}
