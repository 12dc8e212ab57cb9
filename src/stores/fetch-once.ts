/**
 * For what many requests of an isolate lack at the same moment, as all who waited for a new version do: one fetches it, and
 * the others take it from memory. The platform lets no request await another's promise, so they look there at short intervals.
 */

import { growingPauses, looks } from '../waiting.ts';
import { BoundedMap } from './bounded-map.ts';

const PAUSES = growingPauses(2, 50);
/** How long the others wait, ms: the platform may cut short the request that fetches, or its store may stall. */
const PATIENCE_MS = 1000;
const MAX_FETCHING = 2000;

/** What is being fetched -> until when the others wait for it, ms since the epoch. */
const fetching = new BoundedMap<number>(MAX_FETCHING);
const isFetched = (id: string) => (fetching.get(id) ?? 0) > Date.now();

/**
 * What `inMemory` gives once another request has put it there, else what `fetch` does. What the first could not keep for the
 * others, or not in time, each of them fetches.
 *
 * @param id the same for the same thing
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
