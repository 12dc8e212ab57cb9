/** Floor of an accepted refresh: one call of an object that was never asked before. */

import type { FloorRequest } from './context.ts';
import { objectOf } from './objects.ts';

export async function refresh({ request, env, setup }: FloorRequest): Promise<Response> {
  const { year } = await request.json<{ year: number }>();
  const taskId = crypto.randomUUID();
  await objectOf(env, String(year)).enqueue(String(year), taskId, setup.document ?? '');
  return new Response(JSON.stringify({ task_id: taskId, task_state: 'PENDING' }), setup);
}
