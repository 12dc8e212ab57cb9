/** Tasks as they are told (CONTRACT 2). A task is one refresh; its states are Celery's words. */

import type { CacheIdentity } from './entry.ts';
import type { TaskError } from './problem.ts';

export const TASK_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskState = (typeof TASK_STATES)[number];

const ENDED: ReadonlySet<TaskState> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** Whether a task in this state stays in it for ever. */
export function hasEnded(state: TaskState): boolean {
  return ENDED.has(state);
}

/** Who asked for a task: nobody (schedule, expiry, first read), one user, or several. */
export type Askers = { kind: 'nobody' } | { kind: 'user'; user: string } | { kind: 'several' };

/** A task as the object tells of it. Times are ms since the epoch, by the object's clock. */
export interface Task {
  taskId: string;
  state: TaskState;
  /** In RETRY the last failure, in FAILURE the reason. */
  error: TaskError | null;
  cache: CacheIdentity;
  askers: Askers;
  /** How often a load was begun. */
  attempt: number;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** In PENDING and RETRY, when it is next due. */
  dueAt: number | null;
  /** After SUCCESS: the version that the load made, the ETag (without quotes) and size of what was then current. */
  version: number | null;
  etag: string | null;
  bytes: number | null;
  rows: number | null;
}
