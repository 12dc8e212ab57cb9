/** Floor of a task's state: one call of the object, which reads one row. */

import type { FloorRequest } from './context.ts';
import { objectOf } from './objects.ts';
import type { FloorSetup } from './setup.ts';

export async function prepareState(env: Env, { task }: FloorSetup): Promise<void> {
  if (task !== undefined) await objectOf(env, nameOf(task.id)).keep(task.id, task.row);
}

export async function state({ request, env, setup }: FloorRequest): Promise<Response> {
  const taskId = request.url.slice(request.url.lastIndexOf('=') + 1);
  return new Response(await objectOf(env, nameOf(taskId)).state(taskId), setup);
}

function nameOf(taskId: string): string {
  return taskId.slice(0, 13);
}
