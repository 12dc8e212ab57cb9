/**
 * For data that many requests of an isolate lack at the same moment, for example after waiting for a new version: one
 * request fetches it, and the others take it from memory. A request cannot await a promise of another, so they check
 * memory at short intervals.
 */

import { growingPauses, looks } from '../waiting.ts';
import { BoundedMap } from './bounded-map.ts';

const PAUSES = growingPauses(2, 50);
/** How long the others wait, ms: the platform may end the fetching request, or its store may stall. */
const PATIENCE_MS = 1000;
const MAX_FETCHING = 2000;

/** What is being fetched -> how long the others wait for it, ms since the epoch. */
const fetching = new BoundedMap<number>(MAX_FETCHING);
const isFetched = (id: string) => (fetching.get(id) ?? 0) > Date.now();

/**
 * Returns what `inMemory` has after another request has put it there, or otherwise the result of `fetch`. If the first
 * request could not keep its result, or not in time, each of the others fetches.
 *
 * @param id identifies what is fetched
 */
export async function fetchOnce<Value>(
  id: string,
  inMemory: () => Value | undefined,
  fetch: () => Promise<Value>,
): Promise<Value> {
  if (isFetched(id)) {
    for await (const _look of looks(Date.now() + PATIENCE_MS, PAUSES)) {
      const found = inMemory();
      if (found !== undefined) return found;
      if (!isFetched(id)) break;
    }
    return fetch();
  }
  fetching.set(id, Date.now() + PATIENCE_MS);
  try {
    return await fetch();
  } finally {
    fetching.delete(id);
  }
}
