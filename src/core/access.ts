/** Which resources a reader finds (CONTRACT 4 "Groups"), and which tasks (CONTRACT 1, 2). */

import type { Identity, Reader } from '../contract/identity.ts';
import type { StoredResource } from '../contract/resource.ts';
import type { Task } from '../ports/task.ts';

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

/**
 * Whether a caller may read a task: `cache:admin` may read any task; `cache:read` those of shared caches and of the
 * user's own. Other tasks are answered as if they did not exist.
 */
export function mayReadTask(identity: Identity, task: Task): boolean {
  if (identity.scopes.has('cache:admin')) return true;
  const { owner } = task.cache;
  return identity.scopes.has('cache:read') && (owner === null || owner === identity.user);
}
