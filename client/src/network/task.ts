/** Waiting for the end of a task (CONTRACT 2 "State"). */

import { FreshetError, failure, type Problem } from '../error.ts';
import { type Answer, type Ask, pause, problemError } from './http.ts';
import { objectIn } from './sync.ts';
import type { CallOptions, Transport } from './transport.ts';

/** A task as the service reports it. */
export interface Task {
  task_id: string;
  task_state: string;
  error?: Problem;
}

/** Longest wait for the end of a task. */
const PATIENCE_MS = 300_000;
/** Shortest pause between two requests: a service that cannot hold any more requests answers at once. */
const LEAST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 20_000;
const HELD = { Prefer: 'wait=30' };
const ENDED = /^(SUCCESS|FAILURE|REVOKED)$/;

/** @throws FreshetError `network` for an answer that is not a task */
export async function taskIn(answer: Answer): Promise<Task> {
  const task = objectIn(await answer.text()) as Task;
  if (typeof task.task_id !== 'string' || typeof task.task_state !== 'string') throw failure();
  return task;
}

/** Waits until the task ends, but at most five minutes. @returns the task as it was last seen */
export async function endOfTask(ask: Ask, task: Task, options: CallOptions): Promise<Task> {
  const until = Date.now() + PATIENCE_MS;
  const path = `/cache/state/?task_id=${encodeURIComponent(task.task_id)}`;
  let last = task;
  for (let ms = LEAST_PAUSE_MS; !ENDED.test(last.task_state) && Date.now() < until; ms *= 1.5) {
    const asked = Date.now();
    last = await ask({ ...options, path, headers: HELD }, taskIn);
    if (!ENDED.test(last.task_state))
      await pause(Math.max(0, Math.min(ms, MOST_PAUSE_MS) - (Date.now() - asked)), options.signal);
  }
  return last;
}

export function refreshBy(ask: Ask): Transport['refresh'] {
  return async ({ title, parameters }, options) => {
    const json = { ...parameters, resource_title: title };
    const begun = await ask({ ...options, path: '/cache/refresh/', json, headers: HELD }, taskIn);
    const { task_state: state, error } = await endOfTask(ask, begun, options);
    if (state === 'SUCCESS') return;
    if (state === 'REVOKED') throw new FreshetError('conflict', 'The refresh was revoked.');
    throw problemError(error) ?? failure('timeout');
  };
}
