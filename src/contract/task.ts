/** Tasks as they are told (CONTRACT 2). A task is one refresh; its states are Celery's words. */

import * as v from 'valibot';
import { about } from './about.ts';
import { TaskError } from './problem.ts';
import { Timestamp } from './timestamp.ts';
import { ParameterValues, Whole } from './values.ts';

/** States of a task, in Celery's words. */
export const TASK_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskState = (typeof TASK_STATES)[number];

const ENDED: ReadonlySet<TaskState> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** Whether a task in this state stays in it for ever. */
export function hasEnded(state: TaskState): boolean {
  return ENDED.has(state);
}

/** A task id in a request; in either case of its letters (RFC 9562 section 4). */
export const TaskId = v.pipe(v.string(), v.uuid('must be a UUID'), v.toLowerCase());

/** Body of `POST /cache/refresh/`: the other members are the resource's parameters. */
export const RefreshBody = v.looseObject({
  resource_title: about(
    v.pipe(v.string(), v.minLength(1)),
    'Title of the resource. All other members are its parameters.',
  ),
});

/** Body of `POST /cache/revoke/`. */
export const RevokeBody = v.strictObject({ task_id: about(TaskId, 'The task, a UUID.') });

/** `?expand=task`: tell all of the task. */
export const ExpandTask = about(v.optional(v.picklist(['task'])), '`task`: tell all of the task.');

/** A task as it is answered; the members in this order. */
export const TaskAnswer = v.strictObject({
  task_id: about(v.pipe(v.string(), v.uuid()), 'A UUID, by which `GET /cache/state/` finds the task.'),
  task_state: about(
    v.picklist(TASK_STATES),
    '`PENDING` and `RETRY` wait, `STARTED` runs; `SUCCESS`, `FAILURE` and `REVOKED` have ended and stay.',
  ),
  error: about(v.optional(TaskError), 'In `RETRY` the last failure, in `FAILURE` the reason; else left out.'),
});
export type TaskAnswer = v.InferOutput<typeof TaskAnswer>;

/** What a task waits for that is due. */
export const WaitingFor = v.strictObject({
  source: about(v.string(), 'The source whose limits let no further load in right now.'),
  until: about(v.nullable(Timestamp), 'When that is over at the latest; null: when another load has ended.'),
});
export type WaitingFor = v.InferOutput<typeof WaitingFor>;

/** The same with `expand=task`. */
export const ExpandedTaskAnswer = v.strictObject({
  ...TaskAnswer.entries,
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: ParameterValues,
  attempt: about(Whole, 'How often a load was begun.'),
  created: about(Timestamp, 'When the refresh was asked for.'),
  started: about(v.nullable(Timestamp), 'When the last attempt began; null: none has.'),
  ended: about(v.nullable(Timestamp), 'When the task ended; null: it has not.'),
  due: about(v.nullable(Timestamp), 'In `PENDING` and `RETRY`, when the next attempt begins; else null.'),
  version: about(v.nullable(Whole), 'After `SUCCESS`: the version that the load made; else null.'),
  etag: about(v.nullable(v.string()), 'After `SUCCESS`: the ETag of what was then current, without quotes; else null.'),
  bytes: about(v.nullable(Whole), 'After `SUCCESS`: the size of that body, bytes; else null.'),
  rows: about(v.nullable(Whole), 'After `SUCCESS`: its rows in all tables; null for a body that is no table.'),
  waiting: about(
    v.optional(WaitingFor),
    'In `PENDING` and `RETRY`: which source keeps it waiting. Left out: none, or the answer was waited for.',
  ),
  warnings: about(
    v.optional(v.array(v.string())),
    "What looked wrong in the origin's answer and was accepted. Names that only the origin knows stand there for `cache:admin` alone. Left out: nothing.",
  ),
});
export type ExpandedTaskAnswer = v.InferOutput<typeof ExpandedTaskAnswer>;

/** Either form, as `expand` says. */
export const AnyTaskAnswer = v.union([TaskAnswer, ExpandedTaskAnswer]);
