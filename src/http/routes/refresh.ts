/** `POST /cache/refresh/`: asks for new data (CONTRACT 2). */

import * as v from 'valibot';
import { describe, PREFER_TASK } from '#describe';
import { HEADER } from '../../contract/constants.ts';
import { AnyTaskAnswer, ExpandTask, RefreshBody } from '../../contract/task.ts';
import { holdMs, parsePrefer, preferenceApplied } from '../../core/prefer.ts';
import { requestRefresh } from '../../flows/load/request-refresh.ts';
import type { Json } from '../../ports/entry.ts';
import { factory } from '../factory.ts';
import { holdUntil, protect } from '../identity.ts';
import { checked, query, readJsonObject } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';
import { taskAnswer } from '../task-answer.ts';

export const refresh = factory.createApp();

refresh.use('/cache/refresh', methods('POST', 'OPTIONS'), protect('cache:refresh'));
refresh.post(
  '/cache/refresh',
  describe({
    id: 'refreshCache',
    tag: 'FMP',
    summary: 'Asks for new data of a cache; the answer waits a moment for it',
    scope: 'cache:refresh',
    body: RefreshBody,
    parameters: [PREFER_TASK],
    answers: { 200: { description: 'The task.', schema: AnyTaskAnswer, headers: ['ETag', 'Preference-Applied'] } },
    problems: ['not-found'],
  }),
  query(v.strictObject({ expand: ExpandTask })),
  async (c) => {
    const { title, values } = readRefresh(await readJsonObject(c));
    const preferences = parsePrefer(c.req.header('Prefer'));
    const identity = c.get('identity');
    const wantedMs = holdMs(preferences, c.get('services').settings.refreshWaitMs);
    const task = await requestRefresh(c.get('services'), {
      user: identity.user,
      reader: identity,
      title,
      values,
      waitMs: holdUntil(identity, wantedMs) - Date.now(),
    });
    return replyJson(c, taskAnswer(task, c.req.valid('query').expand === 'task', c.get('identity')), {
      headers: { [HEADER.preferenceApplied]: preferenceApplied(preferences) },
    });
  },
);

function readRefresh(body: { [name: string]: Json }) {
  const { resource_title: title } = checked(RefreshBody, body);
  const { resource_title: _title, ...values } = body;
  return { title, values };
}
