/** `POST /cache/revoke/`: takes back a task that waits (CONTRACT 2). */

import * as v from 'valibot';
import { Problem } from '../../contract/problem.ts';
import { AnyTaskAnswer, ExpandTask, RevokeBody } from '../../contract/task.ts';
import { revokeTask } from '../../flows/revoke-task.ts';
import { describe } from '../describe.ts';
import { factory } from '../factory.ts';
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
    summary: 'Takes back a task that waits',
    scope: 'cache:refresh',
    body: RevokeBody,
    answers: { 200: { description: 'The revoked task.', schema: AnyTaskAnswer, headers: ['ETag'] } },
    problems: ['not-found', 'conflict'],
  }),
  query(v.strictObject({ expand: ExpandTask })),
  async (c) => {
    const { task_id: taskId } = checked(RevokeBody, await readJsonObject(c));
    const answer = await revokeTask(c.get('services'), c.get('identity'), taskId);
    switch (answer.outcome) {
      case 'revoked':
        return replyJson(c, taskAnswer(answer.task, c.req.valid('query').expand === 'task', c.get('identity')));
      case 'conflict':
        throw new Problem('conflict', `A task that is ${answer.task.state} cannot be revoked, only one that waits.`);
      case 'forbidden':
        throw insufficientScope('cache:admin', 'Only its only asker and cache:admin may revoke this task.');
      case 'unknown':
        throw unknownTask(taskId);
    }
  },
);
