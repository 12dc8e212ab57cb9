/** Floor of a task's state: one call of the object, which reads one row. */

import type { FloorRequest } from './context.ts';
import { objectOfTask } from './objects.ts';
import type { FloorSetup } from './setup.ts';

export async function prepareState(env: Env, { task }: FloorSetup): Promise<void> {
  if (task !== undefined) await objectOfTask(env, task.id).keep(task.id, task.row);
}

export async function state({ request, env, setup }: FloorRequest): Promise<Response> {
  const taskId = taskIdIn(request);
  return new Response(await objectOfTask(env, taskId).state(taskId), setup);
}

/** The task that the query names. */
export function taskIdIn({ url }: Request): string {
  return url.slice(url.lastIndexOf('=') + 1);
}
