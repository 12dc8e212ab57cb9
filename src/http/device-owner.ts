/** Whose devices a request is about: `user=` of the lists of devices and of what they have. */

import type { Context } from 'hono';
import type { AppEnv } from './factory.ts';
import { demandScope } from './identity.ts';

/** `user=*`: all users. */
const ALL_USERS = '*';

/**
 * Whose devices are asked for; null: everybody's.
 *
 * @throws Problem `insufficient-scope`: one's own need `cache:read` or `cache:inspect`, others' `cache:inspect`
 */
export function allowedUser(c: Context<AppEnv>, user: string | undefined): string | null {
  const identity = c.get('identity');
  const own = user === undefined || (user === identity.user && user !== ALL_USERS);
  if (own) return identity.user;
  demandScope(identity, 'cache:inspect');
  return user === ALL_USERS ? null : user;
}
