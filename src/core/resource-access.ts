/** Which resources a reader finds (CONTRACT 4 "Groups"). */

import type { Reader } from '../contract/identity.ts';
import type { StoredResource } from '../contract/resource.ts';

/**
 * Whether a resource is open to a reader: it names no groups, or one of the token's groups; `cache:admin` opens all. An
 * unknown or deleted resource counts as open, since there is nothing to protect.
 */
export function isOpenTo(stored: Pick<StoredResource, 'definition'> | null, { scopes, groups }: Reader): boolean {
  const demanded = stored?.definition?.groups;
  return demanded === undefined || scopes.has('cache:admin') || demanded.some((group) => groups.has(group));
}

/**
 * The groups by which a store may leave out resources that are closed to a reader; null: all resources are open to the
 * reader.
 */
export function groupsOf({ scopes, groups }: Reader): ReadonlySet<string> | null {
  return scopes.has('cache:admin') ? null : groups;
}
