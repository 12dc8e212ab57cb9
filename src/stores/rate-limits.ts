/**
 * Limits of what users may ask, counted by the platform's rate-limit bindings (wrangler.toml): in each location apart and
 * approximately, at the price of no call of a store. A count that cannot be had limits nobody.
 */

import { Problem } from '../contract/problem.ts';
import { log } from '../log.ts';
import { withTimeout } from '../waiting.ts';
import { isFirstInMinute } from './once-a-minute.ts';

export interface RateLimits {
  /** Counts a request of a user. @throws Problem `rate-limited` with `Retry-After` */
  countRequest(user: string): Promise<void>;
  /**
   * Counts a refresh, or a read that asks for a load, of its user and its cache; `isNew`: of a cache that nobody had before.
   *
   * @throws Problem `rate-limited` with `Retry-After`
   */
  countLoad(user: string, key: string, isNew?: boolean): Promise<void>;
  /** Counts a probe of a user. @throws Problem `rate-limited` with `Retry-After` */
  countProbe(user: string): Promise<void>;
  /** Counts a cache that a user is about to be the first to have. @throws Problem `rate-limited` with `Retry-After` */
  countNewCache(user: string): Promise<void>;
  /** Counts, among the loads of a user, a cache that a socket of theirs is to be told of and no hub watches yet. @throws Problem `rate-limited` */
  countWatch(user: string): Promise<void>;
}

/** What is counted; the names of the bindings. */
export type Limit = 'USER_REQUESTS' | 'USER_LOADS' | 'NEW_CACHES' | 'CACHE_LOADS' | 'PROBES';

export type Limiters = Readonly<Partial<Record<Limit, RateLimit>>>;

export interface RateLimitOptions {
  /** Is told of each refusal. */
  onRefused?: (limit: Limit) => void;
  /** Clock, ms since the epoch. Default: Date.now. */
  now?: () => number;
}

/** The period of the bindings, s; after it, whoever has kept still is free again. */
const PERIOD_S = 60;
/** The count lies on the machine itself, so that it answers at once or something is wrong with it, ms. */
const TIMEOUT_MS = 500;

const DETAILS: Readonly<Record<Limit, string>> = {
  USER_REQUESTS: 'You have sent too many requests within a minute.',
  USER_LOADS: 'You have asked for too many refreshes within a minute.',
  NEW_CACHES: 'You have asked for too many caches within a minute that nobody had before.',
  PROBES: 'You have probed too many definitions within a minute.',
  CACHE_LOADS: 'Too many refreshes of this cache were asked for within a minute.',
};

/** No limits: a service without the bindings, or with `RATE_LIMITS=off`. */
export const noLimits: RateLimits = {
  countRequest: async () => {},
  countLoad: async () => {},
  countProbe: async () => {},
  countNewCache: async () => {},
  countWatch: async () => {},
};

/** The limits of the bindings that are there. */
export function rateLimits(limiters: Limiters, { onRefused, now = Date.now }: RateLimitOptions = {}): RateLimits {
  async function count(limit: Limit, name: string): Promise<void> {
    if (await isWithin(limiters[limit], limit, name)) return;
    onRefused?.(limit);
    tell(limit, name, now());
    throw new Problem('rate-limited', DETAILS[limit], { headers: { 'Retry-After': String(PERIOD_S) } });
  }
  return {
    countRequest: (user) => count('USER_REQUESTS', user),
    async countLoad(user, key, isNew = false) {
      // A user beyond their own limit does not use up the cache's.
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
