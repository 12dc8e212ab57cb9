/** `GET /cache/state/` of a task that has ended, and of one that is waiting. */

import type { Answer } from '../../harness/api.ts';
import { statusFault } from '../load/shot.ts';
import type { Pair } from '../setting.ts';
import type { Operation } from './operation.ts';
import { define, stageFloor } from './stage.ts';

/** A task is usually polled, or asked for by many devices: the isolate that learned of its end answers again. */
export const state: Operation = {
  name: 'state, ended',
  target: 0.85,
  consumes: true,
  async prepare(pair) {
    const { api } = pair.service;
    await define(pair, 'small');
    const { taskId } = await api.refresh('small', { year: 2026 });
    await api.ended(taskId);
    return prepared(pair, taskId, 'SUCCESS');
  },
};

/** The object is called each time. */
export const stateWaiting: Operation = {
  name: 'state, waiting',
  target: 0.85,
  consumes: false,
  async prepare(pair) {
    const { api } = pair.service;
    await define(pair, 'small');
    const { taskId } = await api.refresh('small', { year: 2026 });
    const task = await api.ask(`cache/state/?task_id=${taskId}&expand=task`);
    return prepared(pair, taskId, 'PENDING', `{"outcome":"found","task":${task.body},"entry":null}`);
  },
};

/** `told`: the object's answer for a waiting task. */
async function prepared(pair: Pair, id: string, word: string, told?: string): ReturnType<Operation['prepare']> {
  const row = JSON.stringify({ task_id: id, task_state: word });
  const service = {
    shot: { path: `/api/v1/cache/state/?task_id=${id}`, headers: await pair.service.api.authorized() },
    fault: (answer: Answer) =>
      statusFault(answer, 200) ?? (answer.body.toString() === row ? null : `not ${row}: ${answer.body}`),
  };
  return stageFloor(pair, service, { operation: 'state', task: { id, row, ...(told === undefined ? {} : { told }) } });
}
