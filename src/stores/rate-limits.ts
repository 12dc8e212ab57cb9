/**
 * Limits on users' requests, counted by the platform's rate-limit bindings (wrangler.toml): separately in each location
 * and only approximately, but without a call to a store. If counting fails, the request is allowed.
 */

import { Problem } from '../contract/problem.ts';
import { log } from '../log.ts';
import { withTimeout } from '../waiting.ts';
import { isFirstInMinute } from './once-a-minute.ts';

export interface RateLimits {
  /** Counts a request of a user. @throws Problem `rate-limited` with `Retry-After` */
  countRequest(user: string): Promise<void>;
  /** Counts this many requests of a user; returns the refusal of each, null: it is let in. */
  countRequests(user: string, count: number): Promise<(Problem | null)[]>;
  /**
   * Counts a refresh, or a read that asks for a load, for its user and its cache. `isNew`: the cache did not exist
   * before.
   *
   * @throws Problem `rate-limited` with `Retry-After`
   */
  countLoad(user: string, key: string, isNew?: boolean): Promise<void>;
  /** Counts a probe of a user. @throws Problem `rate-limited` with `Retry-After` */
  countProbe(user: string): Promise<void>;
  /**
   * Counts a new cache for the user who is the first to ask for it. @throws Problem `rate-limited` with `Retry-After`
   */
  countNewCache(user: string): Promise<void>;
  /** Counts a cache that a user's socket subscribes to and that no hub watches yet, as a load of the user. @throws Problem `rate-limited` */
  countWatch(user: string): Promise<void>;
}

/** What is counted; these are the names of the bindings. */
export type Limit = 'USER_REQUESTS' | 'USER_LOADS' | 'NEW_CACHES' | 'CACHE_LOADS' | 'PROBES';

export type Limiters = Readonly<Partial<Record<Limit, RateLimit>>>;

export interface RateLimitOptions {
  /** Called for each refusal. */
  onRefused?: (limit: Limit) => void;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** The period of the bindings, s; after it, a user who has paused may continue. */
const PERIOD_S = 60;
/** Time-out, ms: the count is on the same machine, so a slow answer is a fault. */
const TIMEOUT_MS = 500;

const DETAILS: Readonly<Record<Limit, string>> = {
  USER_REQUESTS: 'You have sent too many requests within a minute.',
  USER_LOADS: 'You have asked for too many refreshes within a minute.',
  NEW_CACHES: 'You have asked for too many new caches within a minute.',
  PROBES: 'You have probed too many definitions within a minute.',
  CACHE_LOADS: 'Too many refreshes of this cache were asked for within a minute.',
};

/** No limits: a service without the bindings, or with `RATE_LIMITS=off`. */
export const noLimits: RateLimits = {
  countRequest: async () => {},
  countRequests: async (_user, count) => new Array(count).fill(null),
  countLoad: async () => {},
  countProbe: async () => {},
  countNewCache: async () => {},
  countWatch: async () => {},
};

/** The limits of the bindings that exist. */
export function rateLimits(limiters: Limiters, { onRefused, now = Date.now }: RateLimitOptions = {}): RateLimits {
  /** Returns the refusal; null: within the limit. */
  async function refusalOf(limit: Limit, name: string): Promise<Problem | null> {
    if (await isWithin(limiters[limit], limit, name)) return null;
    onRefused?.(limit);
    tell(limit, name, now());
    return new Problem('rate-limited', DETAILS[limit], { headers: { 'Retry-After': String(PERIOD_S) } });
  }
  async function count(limit: Limit, name: string): Promise<void> {
    const refusal = await refusalOf(limit, name);
    if (refusal !== null) throw refusal;
  }
  return {
    countRequest: (user) => count('USER_REQUESTS', user),
    countRequests: (user, many) => Promise.all(Array.from({ length: many }, () => refusalOf('USER_REQUESTS', user))),
    async countLoad(user, key, isNew = false) {
      // A request beyond the user's own limit must not use up the cache's limit.
      await count('USER_LOADS', user);
      if (isNew) await count('NEW_CACHES', user);
      await count('CACHE_LOADS', key);
    },
    countProbe: (user) => count('PROBES', user),
    countNewCache: (user) => count('NEW_CACHES', user),
    countWatch: (user) => count('USER_LOADS', user),
  };
}

async function isWithin(limiter: RateLimit | undefined, limit: Limit, key: string): Promise<boolean> {
  if (limiter === undefined) return true;
  try {
    return (await withTimeout(limiter.limit({ key }), TIMEOUT_MS)).success;
  } catch (error) {
    log('warn', 'rate_limit.not_counted', { limit, error });
    return true;
  }
}

function tell(limit: Limit, name: string, now: number): void {
  if (!isFirstInMinute(`rate_limit.refused ${limit} ${name}`, now)) return;
  log('warn', 'rate_limit.refused', { limit, ...(limit === 'CACHE_LOADS' ? { key: name } : { user: name }) });
}
