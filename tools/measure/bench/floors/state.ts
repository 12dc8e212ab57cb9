/**
 * Floor of a task's state: one call of the object, which reads one row. Of a task that waits the object also looks where the
 * alarm stands, and tells as many bytes as the service's.
 */

import type { FloorRequest } from './context.ts';
import { objectOfTask } from './objects.ts';
import type { FloorSetup } from './setup.ts';

export async function prepareState(env: Env, { task }: FloorSetup): Promise<void> {
  if (task === undefined) return;
  const object = objectOfTask(env, task.id);
  await (task.told === undefined ? object.keep(task.id, task.row) : object.keepWaiting(task.id, task.told));
}

export async function state({ request, env, setup }: FloorRequest): Promise<Response> {
  const taskId = taskIdIn(request);
  const object = objectOfTask(env, taskId);
  if (setup.task?.told === undefined) return new Response(await object.state(taskId), setup);
  await object.waiting();
  return new Response(setup.task.row, setup);
}

/** The task that the query names. */
export function taskIdIn({ url }: Request): string {
  return url.slice(url.lastIndexOf('=') + 1);
}
