/** `GET /cache/state/` of a task that has ended, and of one that waits. */

import { type Answer, demand } from '../load/call.ts';
import type { Operation, Pair, Prepared } from './operation.ts';
import { authorized, define, load, refreshShot, stageFloor, statusFault, taskIdOf } from './stage.ts';

/** Most are polled, or asked for by many devices: the isolate that was told of the end tells it again. */
export const state: Operation = {
  name: 'state, ended',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    await define(pair, 'small');
    return prepared(pair, await load(pair.service, 'small'), 'SUCCESS');
  },
};

/** The object is asked each time. */
export const stateWaiting: Operation = {
  name: 'state, waiting',
  target: 0.85,
  consumes: false,
  async prepare(pair) {
    await define(pair, 'small');
    const accepted = await demand(200, pair.service.url, await refreshShot(pair.service, 'small', '2026'));
    const id = taskIdOf(accepted);
    const shot = { path: `/api/v1/cache/state/?task_id=${id}&expand=task`, headers: await authorized(pair.service) };
    const task = await demand(200, pair.service.url, shot);
    return prepared(pair, id, 'PENDING', `{"outcome":"found","task":${task.body},"entry":null}`);
  },
};

/** `told`: what the object answers for a task that waits. */
async function prepared(
  pair: Pair,
  id: string,
  word: string,
  told?: string,
): Promise<{ service: Prepared; floor: Prepared }> {
  const row = JSON.stringify({ task_id: id, task_state: word });
  const service = {
    shot: { path: `/api/v1/cache/state/?task_id=${id}`, headers: await authorized(pair.service) },
    fault: (answer: Answer) =>
      statusFault(answer, 200) ?? (answer.body.toString() === row ? null : `not ${row}: ${answer.body}`),
  };
  const task = { id, row, ...(told === undefined ? {} : { told }) };
  return { service, floor: await stageFloor(pair, service, { operation: 'state', task }) };
}
