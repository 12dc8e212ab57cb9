/** Pauses before retries. */

/** Longest pause before another attempt of a load, ms, and the longest `Retry-After` that is respected. */
const MAX_BACKOFF_MS = 3_600_000;

/**
 * The pause before the next attempt, ms: exponential with full jitter, so that keys which failed together are not
 * retried together. `attempt` counts from 1; `baseMs` is the longest pause after the first attempt; `floorMs` (the
 * origin's `Retry-After`) is the least pause; `random` is a number from 0 up to 1.
 */
export function backoffMs(attempt: number, baseMs: number, floorMs: number, random: number): number {
  return Math.max(floorMs, Math.floor(random * growingGapMs(attempt - 1, baseMs, MAX_BACKOFF_MS)));
}

/** A gap, ms, that doubles with each earlier try (0: none), from `firstMs` up to `mostMs`. */
export function growingGapMs(tries: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 40), mostMs);
}
