/** The parameter `user=` of the lists of devices and of their records. */

import type { Context } from 'hono';
import type { AppEnv } from './factory.ts';
import { demandScope } from './identity.ts';

/** `user=*`: all users. */
const ALL_USERS = '*';

/**
 * Returns the user whose devices the request may list; null for all users.
 *
 * @throws Problem `insufficient-scope`: the caller's own devices need `cache:read` or `cache:inspect`, those of others
 * `cache:inspect`
 */
export function allowedUser(c: Context<AppEnv>, user: string | undefined): string | null {
  const identity = c.get('identity');
  const own = user === undefined || (user === identity.user && user !== ALL_USERS);
  if (own) return identity.user;
  demandScope(identity, 'cache:inspect');
  return user === ALL_USERS ? null : user;
}
