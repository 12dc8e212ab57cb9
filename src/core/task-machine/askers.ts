/** Who asked for a task: only a task that one user alone asked for may be revoked by that user (CONTRACT 2). */

import type { Askers } from '../../contract/task.ts';

/** The askers of a new task; `asker` is null for reads, schedule and administration of many. */
export function firstAskers(asker: string | null): Askers {
  return asker === null ? { kind: 'nobody' } : { kind: 'user', user: asker };
}

/** The askers of a task that one more has joined. What belongs to nobody stays so; what several wait for is no one user's. */
export function joinedAskers(askers: Askers, asker: string | null): Askers {
  if (askers.kind !== 'user' || askers.user === asker) return askers;
  return { kind: 'several' };
}
