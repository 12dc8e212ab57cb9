/** How long to wait before something is tried again. */

/** Longest pause before another attempt of a load, ms, whatever the attempt; the longest `Retry-After` heeded, too. */
const MAX_BACKOFF_MS = 3_600_000;

/**
 * The pause before the next attempt, ms: exponential with full jitter, so that keys which failed together do not come
 * back together. `attempt` counts from 1, `baseMs` is the most after the first one, `floorMs` (the origin's
 * `Retry-After`) the least in any case, `random` a number from 0 up to 1.
 */
export function backoffMs(attempt: number, baseMs: number, floorMs: number, random: number): number {
  return Math.max(floorMs, Math.floor(random * growingGapMs(attempt - 1, baseMs, MAX_BACKOFF_MS)));
}

/** A gap that doubles with each try made so far (0: none), from `firstMs` up to `mostMs`. */
export function growingGapMs(tries: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 40), mostMs);
}
