/**
 * Floors of refreshes and their tasks.
 *
 * - An accepted refresh: one call of an object that was never called before.
 * - A task's state: one call of the object, which reads one row. For a waiting task the object also reads the time of
 *   the alarm, and answers with as many bytes as the service's.
 */

import type { CacheObject } from './object.ts';
import type { FloorRequest, FloorSetup } from './setup.ts';

/** The object of a task, named by the task. The bindings' type is the service's class; the floor's class replaces it. */
function objectOfTask(env: Env, taskId: string): DurableObjectStub<CacheObject> {
  const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
  return objects.getByName(taskId.slice(0, 13));
}

export async function refresh({ request, env, setup }: FloorRequest): Promise<Response> {
  await request.json();
  const taskId = crypto.randomUUID();
  await objectOfTask(env, taskId).enqueue(taskId, setup.document ?? '');
  return new Response(stateRow(taskId, 'PENDING'), setup);
}

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

function taskIdIn({ url }: Request): string {
  return url.slice(url.lastIndexOf('=') + 1);
}

function stateRow(taskId: string, word: string): string {
  return JSON.stringify({ task_id: taskId, task_state: word });
}
