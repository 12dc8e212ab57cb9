/** Which resources somebody finds (CONTRACT 4 "Groups"). */

import type { Reader } from '../contract/identity.ts';
import type { StoredResource } from '../contract/resource.ts';

/**
 * Whether a resource is open to a reader: it names no groups, or one that the token has; `cache:admin` opens all. What
 * nothing is known of, or was deleted, is open: there is nothing behind it.
 */
export function isOpenTo(stored: Pick<StoredResource, 'definition'> | null, { scopes, groups }: Reader): boolean {
  const demanded = stored?.definition?.groups;
  return demanded === undefined || scopes.has('cache:admin') || demanded.some((group) => groups.has(group));
}

/** The groups that a store may go by to leave out what is closed to a reader; null: everything is open to them. */
export function groupsOf({ scopes, groups }: Reader): ReadonlySet<string> | null {
  return scopes.has('cache:admin') ? null : groups;
}
