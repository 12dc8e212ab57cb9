/** `GET /cache/state/` of a task that has ended. */

import type { Operation } from './operation.ts';
import { authorized, define, load, stageFloor, statusFault } from './stage.ts';

export const state: Operation = {
  name: 'state',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    await define(pair, 'small');
    const id = await load(pair.service, 'small');
    const row = JSON.stringify({ task_id: id, task_state: 'SUCCESS' });
    const service = {
      shot: { path: `/api/v1/cache/state/?task_id=${id}`, headers: await authorized(pair.service) },
      fault: (answer: Parameters<typeof statusFault>[0]) =>
        statusFault(answer, 200) ?? (answer.body.toString() === row ? null : `not ${row}: ${answer.body}`),
    };
    return { service, floor: await stageFloor(pair, service, { operation: 'state', task: { id, row } }) };
  },
};
