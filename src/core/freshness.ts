/**
 * Whether what is loaded may be served (CONTRACT 3; RFC 9111 section 4.2, RFC 5861). A changed, purged or deleted
 * resource needs no write to its caches: they are judged by the resource's numbers.
 */

import { codeOf, type KeptError, type ProblemCode } from '../contract/problem.ts';
import type { DefinedResource } from '../contract/resource.ts';
import type { Entry, Loaded, ResourceMark } from '../ports/entry.ts';

/** What an entry is judged by. Times and durations in ms. */
export interface FreshnessRules {
  ttlMs: number;
  staleWhileRevalidateMs: number;
  staleIfErrorMs: number;
  /** The newest definition number known: what was loaded under a lower one counts as expired. */
  number: number;
  /** What was loaded under a number below this one counts as absent. */
  purged: number;
  /** What was loaded before this moment is not accepted (`max-age` of the request); null: of any age. */
  notBefore: number | null;
}

/** The rules of a resource for one request; `mark`, of the look-up, may know more of it than the definition kept here. */
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

/** Largest part of its time to live by which a load expires earlier. */
const TTL_SPREAD = 0.1;

/**
 * The time to live of one load, ms: up to a tenth shorter than the definition's, so that caches which were loaded together
 * do not expire together. `random` is a number from 0 up to 1.
 */
export function spreadTtlMs(ttlMs: number, random: number): number {
  return Math.ceil(ttlMs * (1 - TTL_SPREAD * random));
}

/** The origin answers, but not with the data: what is held is better than nothing until somebody has looked at it. */
const HELD_ON: ReadonlySet<ProblemCode> = new Set(['origin-guard', 'origin-pages', 'origin-refused']);
/** How much longer than `stale_if_error_s` a version stands in after such a failure, ms. */
const HELD_ON_MS = 7 * 86_400_000;

/** How an entry stands. */
export type Freshness =
  /** Nothing that could be served. */
  | { state: 'absent' }
  | {
      /** `fresh`: served. `stale`: served while it is loaded again. `expired`: loaded again first. */
      state: 'fresh' | 'stale' | 'expired';
      entry: Entry;
      loaded: Loaded;
      /** Until when it is, or was, fresh, ms. */
      expiresAt: number;
      /** Whether it may be served when the load fails (`stale_if_error_s`; longer after some failures). */
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

/** A definition number is the time of its change, so what was loaded before expired then, if not earlier. */
function expiryOf(loaded: Loaded, number: number, rules: FreshnessRules, now: number): number {
  const byAge = Math.min(loaded.expiresAt, loaded.loadedAt + rules.ttlMs);
  return number < rules.number ? Math.min(byAge, rules.number, now) : byAge;
}

/**
 * Whether an entry holds what a wait was for: a load later than that of version `seen` (0: none), under the newest
 * definition. It counts even if it has expired already, as everything does with `ttl_s` 0.
 */
export function isAwaited(entry: Entry | null, seen: number, rules: FreshnessRules): boolean {
  const loaded = entry?.loaded ?? null;
  if (entry === null || loaded === null || loaded.version <= seen || entry.number < rules.number) return false;
  return rules.notBefore === null || loaded.loadedAt >= rules.notBefore;
}

/** A failure of the last load, and until when reads start no other one, ms. */
export interface LastFailure {
  error: KeptError;
  retryAt: number;
}

/** The failure that keeps reads from starting a load; one under an older definition says nothing of the newest. */
export function failureInForce(entry: Entry | null, rules: FreshnessRules, now: number): LastFailure | null {
  const failure = lastFailure(entry);
  if (entry === null || failure === null || now >= failure.retryAt) return null;
  return (entry.failedNumber ?? entry.number) >= rules.number ? failure : null;
}

/** The failure of the last load, be it that it stands no longer; null when that load succeeded. */
export function lastFailure(entry: Entry | null): LastFailure | null {
  if (entry === null || entry.lastError === null) return null;
  return { error: entry.lastError, retryAt: entry.retryAt ?? 0 };
}
