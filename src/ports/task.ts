/** A task as the object of its cache stores and reports it. */

import type { KeptError } from '../contract/problem.ts';
import type { TaskState } from '../contract/task.ts';
import type { CacheIdentity } from './entry.ts';

/** Who asked for a task: no user (schedule, expiry, first read), one user, or several. */
export type Askers = { kind: 'nobody' } | { kind: 'user'; user: string } | { kind: 'several' };

/** A task as the object reports it. Times are ms since the epoch, by the object's clock. */
export interface Task {
  taskId: string;
  state: TaskState;
  /** In RETRY the last failure, in FAILURE its reason. */
  error: KeptError | null;
  cache: CacheIdentity;
  askers: Askers;
  /** How many loads were begun. */
  attempt: number;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** In PENDING and RETRY, when it is next due. */
  dueAt: number | null;
  /** After SUCCESS: the version that the load made, and the ETag (without quotes) and size of the then current version. */
  version: number | null;
  etag: string | null;
  bytes: number | null;
  rows: number | null;
  /** After SUCCESS: the warnings of the then current version; absent: none, or an earlier release ended the task. */
  warnings?: readonly string[];
  /**
   * The cache stopped failing with this SUCCESS, or began to fail with this FAILURE; absent: neither, or an earlier
   * release ended the task.
   */
  turned?: true;
}
