/** What a hub counts in the limits of its users: only it knows which watches are new. */

import { oncePerEnv, readSettings } from '../settings.ts';
import { noLimits, rateLimits } from '../stores/rate-limits.ts';

const limitsOf = oncePerEnv((env: Env) => (readSettings(env).rateLimits ? rateLimits(env) : noLimits));

/** Whether a user may have so many caches watched that no watch is set for: each costs a row, and a call of an object, as a load does. */
export async function mayWatch(env: Env, user: string, caches: number): Promise<boolean> {
  try {
    await Promise.all(Array.from({ length: caches }, () => limitsOf(env).countWatch(user)));
    return true;
  } catch {
    // The limit has told the log; nothing else throws.
    return false;
  }
}
