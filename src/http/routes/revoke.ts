/** `POST /cache/revoke/`: revokes a waiting task (CONTRACT 2). */

import type { Context } from 'hono';
import * as v from 'valibot';
import { describe } from '#describe';
import { isAdmin } from '../../contract/identity.ts';
import { Problem } from '../../contract/problem.ts';
import { AnyTaskAnswer, ExpandTask, RevokeBody } from '../../contract/task.ts';
import { revokeTask } from '../../flows/load/revoke-task.ts';
import type { Task } from '../../ports/task.ts';
import { carryOut } from '../administration-log.ts';
import { type AppEnv, factory } from '../factory.ts';
import { insufficientScope, protect } from '../identity.ts';
import { checked, query, readJsonObject } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';
import { taskAnswer, unknownTask } from '../task-answer.ts';

export const revoke = factory.createApp();

revoke.use('/cache/revoke', methods('POST', 'OPTIONS'), protect('cache:refresh', 'cache:admin'));
revoke.post(
  '/cache/revoke',
  describe({
    id: 'revokeTask',
    tag: 'FMP',
    summary: 'Revokes a waiting task',
    scope: 'cache:refresh',
    body: RevokeBody,
    answers: { 200: { description: 'The revoked task.', schema: AnyTaskAnswer, headers: ['ETag'] } },
    headers: ['X-Reason'],
    problems: ['not-found', 'conflict'],
  }),
  query(v.strictObject({ expand: ExpandTask })),
  async (c) => {
    const { task_id: taskId } = checked(RevokeBody, await readJsonObject(c));
    const revoke = () => revoked(c, taskId);
    const task = isAdmin(c.get('identity'))
      ? await carryOut(c, 'task.revoked', { action: 'revoke', target: taskId }, revoke, () => ({
          count: 1,
          what: { task_id: taskId },
        }))
      : await revoke();
    return replyJson(c, taskAnswer(task, c.req.valid('query').expand === 'task', c.get('identity')));
  },
);

/** Revokes the task. @throws Problem `conflict`, `insufficient-scope`, `not-found`, `overloaded` */
async function revoked(c: Context<AppEnv>, taskId: string): Promise<Task> {
  const answer = await revokeTask(c.get('services'), c.get('identity'), taskId);
  switch (answer.outcome) {
    case 'revoked':
      return answer.task;
    case 'conflict':
      throw new Problem('conflict', `This task is ${answer.task.state}. Only a waiting task can be revoked.`);
    case 'forbidden':
      throw insufficientScope(
        'cache:admin',
        'This task can be revoked only by the one user who asked for it, or with cache:admin.',
      );
    case 'unknown':
      throw unknownTask(taskId);
  }
}
