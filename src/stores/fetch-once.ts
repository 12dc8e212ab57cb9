/**
 * For what many requests of an isolate lack at the same moment, as all who waited for a new version do: one fetches it, and
 * the others take it from memory. The platform lets no request await another's promise, so they look there at short intervals.
 */

import { sleep } from '../waiting.ts';
import { BoundedMap } from './bounded-map.ts';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
/** How long the others wait, ms: the platform may cut short the request that fetches, or its store may stall. */
const PATIENCE_MS = 1000;
const MAX_FETCHING = 10_000;

/** What is being fetched -> until when the others wait for it, ms since the epoch. */
const fetching = new BoundedMap<number>(MAX_FETCHING);

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
  let pauseMs = FIRST_PAUSE_MS;
  while ((fetching.get(id) ?? 0) > Date.now()) {
    await sleep(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    const found = inMemory();
    if (found !== undefined) return found;
  }
  if (pauseMs > FIRST_PAUSE_MS) return fetch();
  fetching.set(id, Date.now() + PATIENCE_MS);
  try {
    return await fetch();
  } finally {
    fetching.delete(id);
  }
}
