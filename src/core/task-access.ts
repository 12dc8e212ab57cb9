/** Who may read a task (CONTRACT 1, 2). */

import type { Identity } from '../contract/identity.ts';
import type { Task } from '../ports/task.ts';

/**
 * `cache:admin` may read any task; `cache:read` those of shared caches and of the user's own. Other tasks are answered
 * as if they did not exist.
 */
export function mayReadTask(identity: Identity, task: Task): boolean {
  if (identity.scopes.has('cache:admin')) return true;
  const { owner } = task.cache;
  return identity.scopes.has('cache:read') && (owner === null || owner === identity.user);
}
