/** Revokes a waiting task (CONTRACT 2): allowed for the only user who asked for it, and for administrators. */

import type { RevokeAnswer, RevokeRequest } from '../../ports/object.ts';
import type { Task } from '../../ports/task.ts';
import type { Draft, StepContext } from './draft.ts';
import { findTask, recordOf, taskOf } from './views.ts';

/** Ends a waiting task as REVOKED, if this user may, and dispatches the next one. */
export function revoke(draft: Draft, request: RevokeRequest, context: StepContext): RevokeAnswer {
  const task = findTask(draft.document, request.taskId, context);
  if (task === null || !mayRead(task, request)) return { outcome: 'unknown' };
  if (!mayRevoke(task, request)) return { outcome: 'forbidden' };
  const { head, behind } = draft.document;
  const waiting = [head, behind].find((live) => live?.taskId === request.taskId && live.state !== 'STARTED') ?? null;
  if (waiting === null) return { outcome: 'conflict', task };

  const record = { ...recordOf(waiting), state: 'REVOKED' as const, error: null, dueAt: null, endedAt: context.now };
  draft.end(record, context.now);
  if (waiting === head) draft.advance(context.now);
  else draft.update({ behind: null });
  return { outcome: 'revoked', task: taskOf(draft.document, record) };
}

/** The task of a private cache is visible only to its owner and administrators. */
function mayRead({ cache }: Task, { user, mayAdmin }: RevokeRequest): boolean {
  return cache.owner === null || cache.owner === user || mayAdmin;
}

function mayRevoke({ askers }: Task, { user, mayRefresh, mayAdmin }: RevokeRequest): boolean {
  return mayAdmin || (mayRefresh && askers.kind === 'user' && askers.user === user);
}
