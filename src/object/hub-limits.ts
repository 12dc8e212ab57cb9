/** The rate limit of watches. The hub itself counts it, since only the hub knows which watches are new. */

import { oncePerEnv, readSettings } from '../settings.ts';
import { noLimits, rateLimits } from '../stores/rate-limits.ts';

const limitsOf = oncePerEnv((env: Env) => (readSettings(env).rateLimits ? rateLimits(env) : noLimits));

/**
 * Counts new watches against the user's limit; false: too many. Each costs a row and a call of a cache object, as a
 * load does.
 */
export async function mayWatch(env: Env, user: string, caches: number): Promise<boolean> {
  try {
    await Promise.all(Array.from({ length: caches }, () => limitsOf(env).countWatch(user)));
    return true;
  } catch {
    // The limit has already logged the refusal, and nothing else throws here.
    return false;
  }
}
