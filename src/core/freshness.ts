/**
 * Whether loaded data may be served (CONTRACT 3; RFC 9111 section 4.2, RFC 5861). A resource that was changed, purged
 * or deleted needs no write to its caches: the numbers of the resource decide.
 */

import { codeOf, type KeptError, type ProblemCode } from '../contract/problem.ts';
import type { DefinedResource } from '../contract/resource.ts';
import type { Entry, Loaded, ResourceMark } from '../ports/entry.ts';

/** The rules for judging an entry. Times and durations in ms. */
export interface FreshnessRules {
  ttlMs: number;
  staleWhileRevalidateMs: number;
  staleIfErrorMs: number;
  /** The newest known definition number; data that was loaded under a lower one counts as expired. */
  number: number;
  /** Data that was loaded under a number below this one counts as absent. */
  purged: number;
  /** Data that was loaded before this moment is not accepted (`max-age` of the request); null: any age is. */
  notBefore: number | null;
}

/** The rules of a resource for one request. `mark`, from the look-up, may be newer than the definition kept here. */
export function freshnessRules(
  resource: DefinedResource,
  mark: ResourceMark | null,
  notBefore: number | null,
): FreshnessRules {
  const { definition, number, purged } = resource;
  return {
    ttlMs: definition.ttl_s * 1000,
    staleWhileRevalidateMs: definition.stale_while_revalidate_s * 1000,
    staleIfErrorMs: definition.stale_if_error_s * 1000,
    number: Math.max(number, mark?.number ?? 0),
    purged: Math.max(purged, mark?.purged ?? 0),
    notBefore,
  };
}

/** The largest share of its time to live by which a load expires early. */
const TTL_SPREAD = 0.1;

/**
 * The time to live of one load, ms: up to a tenth shorter than the definition's, so that caches which were loaded
 * together do not expire together. `random` is a number from 0 up to 1.
 */
export function spreadTtlMs(ttlMs: number, random: number): number {
  return Math.ceil(ttlMs * (1 - TTL_SPREAD * random));
}

/**
 * Failures where the origin answers, but without usable data: the held version is served longer, until an operator has
 * looked at it.
 */
const HELD_ON: ReadonlySet<ProblemCode> = new Set(['origin-guard', 'origin-pages', 'origin-refused']);
/** How much longer than `stale_if_error_s` a version is served after such a failure, ms. */
const HELD_ON_MS = 7 * 86_400_000;

/** The state of an entry. */
export type Freshness =
  /** There is nothing to serve. */
  | { state: 'absent' }
  | {
      /** `fresh`: served. `stale`: served, and loaded again meanwhile. `expired`: loaded again first. */
      state: 'fresh' | 'stale' | 'expired';
      entry: Entry;
      loaded: Loaded;
      /** Until when it is, or was, fresh, ms. */
      expiresAt: number;
      /** Whether it may be served if the load fails (`stale_if_error_s`; longer after some failures). */
      standsIn: boolean;
    };

/** Judges an entry at `now`. */
export function judge(entry: Entry | null, rules: FreshnessRules, now: number): Freshness {
  const loaded = entry?.loaded ?? null;
  if (entry === null || loaded === null || entry.number < rules.purged) return { state: 'absent' };
  const expiresAt = expiryOf(loaded, entry.number, rules, now);
  if (rules.notBefore !== null && loaded.loadedAt < rules.notBefore) {
    return { state: 'expired', entry, loaded, expiresAt, standsIn: false };
  }
  const standsIn = now < expiresAt + rules.staleIfErrorMs + heldOnMs(entry);
  if (now < expiresAt) return { state: 'fresh', entry, loaded, expiresAt, standsIn };
  const state = now < expiresAt + rules.staleWhileRevalidateMs ? 'stale' : 'expired';
  return { state, entry, loaded, expiresAt, standsIn };
}

function heldOnMs({ lastError }: Entry): number {
  return lastError !== null && HELD_ON.has(codeOf(lastError)) ? HELD_ON_MS : 0;
}

/**
 * A definition number is the time of its change, so data that was loaded under an older one expired at that time at the
 * latest.
 */
function expiryOf(loaded: Loaded, number: number, rules: FreshnessRules, now: number): number {
  const byAge = Math.min(loaded.expiresAt, loaded.loadedAt + rules.ttlMs);
  return number < rules.number ? Math.min(byAge, rules.number, now) : byAge;
}

/**
 * Whether an entry has what a wait was for: a load later than that of version `seen` (0: none), under the newest
 * definition. It counts even if it has already expired, which with `ttl_s` 0 is always the case.
 */
export function isAwaited(entry: Entry | null, seen: number, rules: FreshnessRules): boolean {
  const loaded = entry?.loaded ?? null;
  if (entry === null || loaded === null || loaded.version <= seen || entry.number < rules.number) return false;
  return rules.notBefore === null || loaded.loadedAt >= rules.notBefore;
}

/** The failure of the last load, and until when reads start no other load, ms. */
export interface LastFailure {
  error: KeptError;
  retryAt: number;
}

/** The failure that keeps reads from starting a load. A failure under an older definition does not count for the newest one. */
export function failureInForce(entry: Entry | null, rules: FreshnessRules, now: number): LastFailure | null {
  const failure = lastFailure(entry);
  if (entry === null || failure === null || now >= failure.retryAt) return null;
  return (entry.failedNumber ?? entry.number) >= rules.number ? failure : null;
}

/** The failure of the last load, even if it no longer keeps reads from loading; null: that load succeeded. */
export function lastFailure(entry: Entry | null): LastFailure | null {
  if (entry === null || entry.lastError === null) return null;
  return { error: entry.lastError, retryAt: entry.retryAt ?? 0 };
}
