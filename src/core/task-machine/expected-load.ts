/** Predicts the next load of a key from the last one. These are hints, on which a consumer does not depend. */

import { codeOf } from '../../contract/problem.ts';
import { HEAVY_BYTES, HEAVY_ROWS } from '../../ports/memory-shares.ts';
import type { CacheDocument } from './document.ts';

/** A load can only be fast if its time-out is at most this, ms. */
const FAST_TIMEOUT_MS = 30_000;
/** A load that took longer than this was slow, ms. */
const SLOW_LOAD_MS = 10_000;

/**
 * Whether the origin's last answer, or that of the task's last attempt, was too large to be loaded in parallel with
 * others. The id map of many rows is read whatever the next answer is. Data that was taken over from D1, or loaded by
 * release 0.1, has no flag.
 */
export function isHeavy({ head, loaded }: CacheDocument): boolean {
  if (head?.heavy === true) return true;
  return loaded !== null && ((loaded.heavy ?? loaded.bytes > HEAVY_BYTES) || (loaded.rows ?? 0) > HEAVY_ROWS);
}

/** Whether the load may keep a consumer busy for long: by its time-out, or because the last load took long or timed out. */
export function isSlow({ head, loaded, failure }: CacheDocument): boolean {
  if ((head?.policy.timeoutMs ?? 0) > FAST_TIMEOUT_MS || head?.policy.paceMs !== undefined) return true;
  const error = head?.error ?? failure?.error ?? null;
  if (error !== null && codeOf(error) === 'origin-timeout') return true;
  return loaded !== null && loaded.loadedAt - loaded.claimedAt > SLOW_LOAD_MS;
}
