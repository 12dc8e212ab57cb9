/** How long the client waits: full jitter over a doubling time, and never less than the service asks for. */

import type { FreshetError } from '../error.ts';
import { chance, type Draft } from './draft.ts';
import { MINUTE_MS, SECOND_MS } from './times.ts';

const MOST_BACKOFF_MS = 5 * MINUTE_MS;
/** Even with the smallest random number, no request follows a failed one at once. */
const LEAST_BACKOFF_MS = 250;

/** Moment of the next try after `fails` failures in a row. */
export function backoff(d: Draft, fails: number, mostMs = MOST_BACKOFF_MS, firstMs = SECOND_MS): number {
  return d.now + Math.max(LEAST_BACKOFF_MS, chance(d) * Math.min(mostMs, firstMs * 2 ** Math.max(0, fails - 1)));
}

/** Moment before which the service wants no request. */
export function floorOf(d: Draft, error: FreshetError | null): number {
  return d.now + (error?.retryAfterS ?? 0) * SECOND_MS;
}

/** A random moment between `leastMs` and `mostMs` from now. */
export function between(d: Draft, leastMs: number, mostMs: number): number {
  return d.now + leastMs + chance(d) * (mostMs - leastMs);
}

/** When the next regular check of all caches is due. */
export function nextFullAt(d: Draft): number {
  if (d.settings.live === 'off') return Number.POSITIVE_INFINITY;
  return d.socket.isTold ? between(d, 1620 * SECOND_MS, 1980 * SECOND_MS) : d.now + d.settings.pollMs;
}

/** When the first check of all caches is due: with the first check of a socket, if one opens soon. */
export function firstFullAt(d: Draft): number {
  return d.now + (d.socket.phase === 'off' ? 0 : 3 * SECOND_MS);
}

const POKES_MOST_GAP_MS = MINUTE_MS;
const POKES_HIDDEN_GAP_MS = 5 * MINUTE_MS;
const POKES_QUIET_MS = 5 * MINUTE_MS;

/** Earliest moment of a check that a poke causes. */
export function pokeFloor(d: Draft): number {
  return d.isVisible ? d.pokeAt : Math.max(d.pokeAt, d.pokedAt + POKES_HIDDEN_GAP_MS);
}

/** A check that a poke caused begins: the next one waits, and the wait doubles while pokes continue. */
export function notePokeCheck(d: Draft): void {
  const { pokeFloorMs } = d.settings;
  if (d.now - d.pokedAt > POKES_QUIET_MS) d.pokeGapMs = pokeFloorMs;
  d.pokeAt = d.now + d.pokeGapMs;
  d.pokeGapMs = Math.max(pokeFloorMs, Math.min(d.pokeGapMs * 2, POKES_MOST_GAP_MS));
  d.pokedAt = d.now;
}
