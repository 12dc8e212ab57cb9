/** Floor of an accepted refresh: one call of an object that was never asked before. */

import type { FloorRequest } from './context.ts';
import { objectOfTask } from './objects.ts';

export async function refresh({ request, env, setup }: FloorRequest): Promise<Response> {
  await request.json();
  const taskId = crypto.randomUUID();
  await objectOfTask(env, taskId).enqueue(taskId, setup.document ?? '');
  return new Response(JSON.stringify({ task_id: taskId, task_state: 'PENDING' }), setup);
}
