/**
 * Requests for a load (DESIGN "A refresh", 2): the answer is what is current, or else an existing task, or else a new
 * one. So many simultaneous reads cost one load, and a refresh during a running load brings data that is no older than
 * the refresh.
 */

import type { EnqueueAnswer, EnqueueRequest } from '../../ports/object.ts';
import type { Askers } from '../../ports/task.ts';
import type { CacheDocument, LiveTask } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { entryAfter, entryOf, findTask } from './views.ts';

/** Returns what is current, the failure that is in effect, or the task that brings the requested data. */
export function enqueue(draft: Draft, request: EnqueueRequest, context: StepContext): EnqueueAnswer {
  const { document } = draft;
  if (currentAnswers(document, request, context.now)) return { outcome: 'current', entry: entryOf(document) };
  if (request.heedRetryAt && failureStands(document, request, context.now)) {
    return { outcome: 'failing', entry: entryOf(document) };
  }
  const taskId = recentTask(document, request, context) ?? joinTask(draft, request, context.now);
  return answerTask(draft, taskId ?? insertTask(draft, request, context), context);
}

function answerTask(draft: Draft, taskId: string, context: StepContext): EnqueueAnswer {
  const task = findTask(draft.document, taskId, context);
  if (task === null) throw new Error('a task that was just made or joined is gone');
  return { outcome: 'task', task, entry: entryAfter(draft.document, task) };
}

/**
 * [M] What is current was fetched after the requested moment, under the caller's definition or a later one, and has not
 * expired.
 */
function currentAnswers(document: CacheDocument, request: EnqueueRequest, now: number): boolean {
  const { loaded } = document;
  return (
    request.since !== 'now' &&
    loaded !== null &&
    loaded.claimedAt > moment(request.since, document, now) &&
    loaded.number >= request.number &&
    loaded.expiresAt > now
  );
}

/** A caller's clock may be ahead: a moment that is still in the future here counts as now. */
function moment(since: number, { counters }: CacheDocument, now: number): number {
  return Math.min(since, Math.max(now, counters.clockAt));
}

function failureStands({ failure }: CacheDocument, request: EnqueueRequest, now: number): boolean {
  return failure !== null && failure.retryAt > now && failure.number >= request.number;
}

/** The task of the last load, if that ended so recently that it answers a refresh (`refresh_min_s`; never for reads). */
function recentTask(document: CacheDocument, request: EnqueueRequest, context: StepContext): string | null {
  const { loaded, expiredAt } = document;
  const { refreshMinMs = 0 } = request;
  if (refreshMinMs === 0 || request.force === true || loaded === null) return null;
  if (loaded.number < request.number || loaded.claimedAt <= expiredAt) return null;
  if (context.now >= loaded.loadedAt + refreshMinMs) return null;
  const task = findTask(document, loaded.taskId, context);
  return task === null || task.state === 'FAILURE' ? null : task.taskId;
}

/** Joins a running task that brings the requested data, or else the last waiting task; null: there is neither. */
function joinTask(draft: Draft, request: EnqueueRequest, now: number): string | null {
  const { head, behind } = draft.document;
  if (head !== null && runningAnswers(draft.document, request, now)) {
    const askers = joinedAskers(head.askers, request.asker);
    return keepTask(draft, 'head', askers === head.askers ? head : { ...head, askers });
  }
  if (head?.state === 'RETRY' && request.force === true) return hurryTask(draft, joined(head, request), now);
  if (behind !== null) return keepTask(draft, 'behind', joined(behind, request));
  if (head === null || head.state === 'STARTED') return null;
  return keepTask(draft, 'head', joined(head, request));
}

/** A forced load of an administrator skips the backoff. Returns the task's id. */
function hurryTask(draft: Draft, task: LiveTask, now: number): string {
  draft.update({ head: task });
  draft.dispatch(now);
  return task.taskId;
}

/** Stores a task at its place and returns its id. An unchanged task writes no row. */
function keepTask(draft: Draft, place: 'head' | 'behind', task: LiveTask): string {
  if (task !== draft.document[place]) draft.update({ [place]: task });
  return task.taskId;
}

/** Whether the running load was claimed after the requested moment, and after some caller knew the requested definition. */
function runningAnswers(document: CacheDocument, request: EnqueueRequest, now: number): boolean {
  const lease = document.head?.lease ?? null;
  return (
    request.since !== 'now' &&
    lease !== null &&
    lease.claimedAt > Math.max(moment(request.since, document, now), document.expiredAt) &&
    lease.number >= request.number
  );
}

/**
 * A waiting task with one more caller: its load uses the newest definition that any caller knows. Returns the same task
 * if nothing changes, as for most reads.
 */
function joined(task: LiveTask, request: EnqueueRequest): LiveTask {
  const newer = request.number > task.number;
  const askers = joinedAskers(task.askers, request.asker);
  const force = task.force || request.force === true;
  if (!newer && askers === task.askers && force === task.force) return task;
  return {
    ...task,
    askers,
    force,
    number: newer ? request.number : task.number,
    policy: newer ? request.policy : task.policy,
  };
}

/** Makes a task: dispatched at once if the key is free, otherwise behind the running one. */
function insertTask(draft: Draft, request: EnqueueRequest, context: StepContext): string {
  const task: LiveTask = {
    taskId: context.newTaskId(request.cache.key),
    state: 'PENDING',
    askers: firstAskers(request.asker),
    force: request.force === true,
    number: request.number,
    policy: request.policy,
    attempt: 0,
    createdAt: context.now,
    startedAt: null,
    error: null,
    dueAt: null,
    resendAt: null,
    resends: 0,
    lease: null,
  };
  draft.update({ behind: task, rests: undefined });
  // The user was forgotten and is back: a new revision distinguishes the entry with a name from the one without.
  if (draft.document.forgotten === 'yes') draft.revise({ cache: request.cache, forgotten: 'revived' }, context.now);
  if (draft.document.head === null) draft.advance(context.now);
  return task.taskId;
}

/**
 * The askers of a new task. Only a user who asked alone may revoke it (CONTRACT 2). `asker` is null for reads,
 * schedules and administration of many caches.
 */
function firstAskers(asker: string | null): Askers {
  return asker === null ? { kind: 'nobody' } : { kind: 'user', user: asker };
}

/** The askers after one more has joined. A task that nobody owns stays so; a task of several users belongs to none of them. */
function joinedAskers(askers: Askers, asker: string | null): Askers {
  if (askers.kind !== 'user' || askers.user === asker) return askers;
  return { kind: 'several' };
}
