/**
 * Tasks as answers: `{"task_id","task_state"}` and few other members, byte for byte as in the published API (CONTRACT
 * 2).
 */

import type { Context } from 'hono';
import { type Identity, isAdmin } from '../contract/identity.ts';
import { errorFor, Problem } from '../contract/problem.ts';
import type { ExpandedTaskAnswer, TaskAnswer, WaitingFor } from '../contract/task.ts';
import { isOpenTo, mayReadTask } from '../core/access.ts';
import { withoutMembers } from '../core/column-facts.ts';
import { timestamp } from '../core/timestamp.ts';
import type { PendingTask } from '../flows/read/ask-for-load.ts';
import type { Task } from '../ports/task.ts';
import type { AppEnv } from './factory.ts';

/**
 * The members of the answer to the asker, in the order of the contract. `expanded`: all that is known of the task, and
 * what it waits for.
 */
export function taskAnswer(
  task: Task,
  expanded: boolean,
  asker: Identity,
  waiting: WaitingFor | null = null,
): TaskAnswer | ExpandedTaskAnswer {
  const failed = task.state === 'RETRY' || task.state === 'FAILURE';
  const answer: TaskAnswer = {
    task_id: task.taskId,
    task_state: task.state,
    ...(failed && task.error !== null ? { error: errorFor(task.error, isAdmin(asker)) } : {}),
  };
  if (!expanded) return answer;
  return {
    ...answer,
    resource_title: task.cache.resource,
    parameters: task.cache.parameters,
    attempt: task.attempt,
    created: timestamp(task.createdAt),
    started: timestamp(task.startedAt),
    ended: timestamp(task.endedAt),
    due: timestamp(task.dueAt),
    version: task.version,
    etag: task.etag,
    bytes: task.bytes,
    rows: task.rows,
    ...(waiting === null ? {} : { waiting }),
    ...(task.warnings === undefined ? {} : { warnings: warningsFor(task.warnings, isAdmin(asker)) }),
  };
}

/** Only administrators see names that only the origin knows. */
function warningsFor(warnings: readonly string[], isForAdmin: boolean): string[] {
  return isForAdmin ? [...warnings] : warnings.map(withoutMembers);
}

/** Least `Retry-After` for a task that has not ended, s. */
const USUAL_RETRY_AFTER_S = 1;

/** What a reader is told about the task that loads a cache. */
export function pendingTaskAnswer({ taskId, state, error }: PendingTask, asker: Identity): TaskAnswer {
  const failure = error === null ? {} : { error: errorFor(error, isAdmin(asker)) };
  return { task_id: taskId, task_state: state, ...failure };
}

/** `Retry-After` of that answer, s; `now` in ms since the epoch. */
export function retryAfterS({ dueAt }: PendingTask, now: number): number {
  return Math.max(USUAL_RETRY_AFTER_S, dueAt === null ? 0 : Math.ceil((dueAt - now) / 1000));
}

/**
 * Returns the task if it exists and the caller may see it.
 *
 * @throws Problem `not-found` in both other cases, without telling them apart; `overloaded`
 */
export async function visibleTask(c: Context<AppEnv>, taskId: string, task: Task | null): Promise<Task> {
  if (task !== null && (await isVisible(c, task))) return task;
  throw unknownTask(taskId);
}

/**
 * Whether the caller may see a task, by the isolate's copy of its resource's definition.
 *
 * @throws Problem `overloaded`
 */
export async function isVisible(c: Context<AppEnv>, task: Task): Promise<boolean> {
  const identity = c.get('identity');
  if (!mayReadTask(identity, task)) return false;
  return isOpenTo(await c.get('services').resources.find(task.cache.resource), identity);
}

/** Refusal for a task that does not exist, has expired, or must not be seen by the caller. */
export function unknownTask(taskId: string): Problem {
  return new Problem(
    'not-found',
    `There is no task ${taskId} that you may see. Tasks are kept for 7 days after they end.`,
  );
}
