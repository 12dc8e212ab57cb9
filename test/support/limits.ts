/** Rate limits that a test can reach: the real counters, with lower limits. */
import { env } from 'cloudflare:workers';
import type { Limit } from '../../src/stores/rate-limits.ts';

const PERIOD_MS = 60_000;

/** Settings with a binding over the same counters; the local binding gets its limit with each count. */
export function lowered(name: Limit, limit: number): Record<string, unknown> {
  return {
    RATE_LIMITS: 'on',
    [name]: { limit: ({ key }: RateLimitOptions) => env[name].limit({ key, limit } as RateLimitOptions) },
  };
}

/**
 * Repeats `run` until it falls within one period of the local counters, which start with each minute of the clock. So
 * it may run
 * twice, and must use new users and caches each time.
 */
export async function inOnePeriod<Result>(run: () => Promise<Result>): Promise<Result> {
  const period = () => Math.floor(Date.now() / PERIOD_MS);
  for (;;) {
    const before = period();
    const result = await run();
    if (period() === before) return result;
  }
}
