/** Tasks in answers (CONTRACT 2). A task is one refresh; its states have the names that Celery uses. */

import * as v from 'valibot';
import { about } from './about.ts';
import { TaskError } from './problem.ts';
import { ParameterValues, Timestamp, Whole } from './values.ts';

/** States of a task, with Celery's names. */
export const TASK_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskState = (typeof TASK_STATES)[number];

const ENDED: ReadonlySet<TaskState> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** Whether a task never leaves this state. */
export function hasEnded(state: TaskState): boolean {
  return ENDED.has(state);
}

/** A task id in a request, in upper or lower case (RFC 9562 section 4). */
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

/** `?expand=task`: answer with all members of the task. */
export const ExpandTask = about(v.optional(v.picklist(['task'])), '`task`: answer with all members of the task.');

/** A task in an answer; the members in this order. */
export const TaskAnswer = v.strictObject({
  task_id: about(v.pipe(v.string(), v.uuid()), 'A UUID, for `GET /cache/state/`.'),
  task_state: about(
    v.picklist(TASK_STATES),
    '`PENDING` and `RETRY` wait, `STARTED` runs; `SUCCESS`, `FAILURE` and `REVOKED` are final.',
  ),
  error: about(v.optional(TaskError), 'In `RETRY` the last failure, in `FAILURE` the reason; otherwise left out.'),
});
export type TaskAnswer = v.InferOutput<typeof TaskAnswer>;

/** What a due task waits for. */
export const WaitingFor = v.strictObject({
  source: about(v.string(), 'The source whose limits allow no further load right now.'),
  until: about(v.nullable(Timestamp), 'When the wait ends at the latest; null: when another load has ended.'),
});
export type WaitingFor = v.InferOutput<typeof WaitingFor>;

/** The same with `expand=task`. */
export const ExpandedTaskAnswer = v.strictObject({
  ...TaskAnswer.entries,
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: ParameterValues,
  attempt: about(Whole, 'How many loads were begun.'),
  created: about(Timestamp, 'When the refresh was requested.'),
  started: about(v.nullable(Timestamp), 'When the last attempt began; null: none has begun.'),
  ended: about(v.nullable(Timestamp), 'When the task ended; null: it has not ended.'),
  due: about(v.nullable(Timestamp), 'In `PENDING` and `RETRY`, when the next attempt begins; otherwise null.'),
  version: about(v.nullable(Whole), 'After `SUCCESS`: the version that the load made; otherwise null.'),
  etag: about(
    v.nullable(v.string()),
    'After `SUCCESS`: the ETag of the version that was then current, without quotes; otherwise null.',
  ),
  bytes: about(v.nullable(Whole), 'After `SUCCESS`: the size of that body, bytes; otherwise null.'),
  rows: about(v.nullable(Whole), 'After `SUCCESS`: the rows in all its tables; null for a body that is not a table.'),
  waiting: about(
    v.optional(WaitingFor),
    'In `PENDING` and `RETRY`: the source that keeps it waiting. Left out: none does, or the request was held.',
  ),
  warnings: about(
    v.optional(v.array(v.string())),
    "Oddities in the origin's answer that were accepted. Names that only the origin knows are included only for `cache:admin`. Left out: none.",
  ),
});
export type ExpandedTaskAnswer = v.InferOutput<typeof ExpandedTaskAnswer>;

/** Either form, depending on `expand`. */
export const AnyTaskAnswer = v.union([TaskAnswer, ExpandedTaskAnswer]);
