/** Tasks as they are told (CONTRACT 2). A task is one refresh; its states are Celery's words. */

import * as v from 'valibot';
import type { CacheIdentity } from './entry.ts';
import { type KeptError, TaskError } from './problem.ts';
import { Timestamp } from './timestamp.ts';

/** States of a task, in Celery's words. */
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
  error: KeptError | null;
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

/** A task id in a request; in either case of its letters (RFC 9562 section 4). */
export const TaskId = v.pipe(v.string(), v.uuid('must be a UUID'), v.toLowerCase());

/** Body of `POST /cache/refresh/`: the other members are the resource's parameters. */
export const RefreshBody = v.looseObject({ resource_title: v.pipe(v.string(), v.minLength(1)) });

/** Body of `POST /cache/revoke/`. */
export const RevokeBody = v.strictObject({ task_id: TaskId });

/** `?expand=task`: tell all of the task. */
export const ExpandTask = v.optional(v.picklist(['task']));

/** A task as it is answered; the members in this order. */
export const TaskAnswer = v.strictObject({
  task_id: v.pipe(v.string(), v.uuid()),
  task_state: v.picklist(TASK_STATES),
  /** In RETRY and FAILURE: a problem without `status`. */
  error: v.optional(TaskError),
});
export type TaskAnswer = v.InferOutput<typeof TaskAnswer>;

/** The same with `expand=task`. */
export const ExpandedTaskAnswer = v.strictObject({
  ...TaskAnswer.entries,
  resource_title: v.string(),
  parameters: v.record(v.string(), v.unknown()),
  attempt: v.number(),
  created: Timestamp,
  started: v.nullable(Timestamp),
  ended: v.nullable(Timestamp),
  due: v.nullable(Timestamp),
  version: v.nullable(v.number()),
  etag: v.nullable(v.string()),
  bytes: v.nullable(v.number()),
  rows: v.nullable(v.number()),
});
export type ExpandedTaskAnswer = v.InferOutput<typeof ExpandedTaskAnswer>;

/** Either form, as `expand` says. */
export const AnyTaskAnswer = v.union([TaskAnswer, ExpandedTaskAnswer]);
