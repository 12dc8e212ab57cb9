/** `/caches/<key>/versions/` and `/tasks/`: the history of one cache (CONTRACT 4). */

import * as v from 'valibot';
import { arrayOf, CACHE_KEY, describe, NOT_MODIFIED } from '#describe';
import { VersionRecord } from '../../contract/administration.ts';
import { TASK_RETENTION_COUNT } from '../../contract/constants.ts';
import { ExpandedTaskAnswer } from '../../contract/task.ts';
import { listTasks, listVersions } from '../../flows/admin/cache-history.ts';
import { waitingFor } from '../../flows/admin/view-gate.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { noQuery, pageLimit, query } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';
import { taskAnswer } from '../task-answer.ts';

/** Default number of tasks in an answer. */
const USUAL_TASKS = 50;

export const cacheHistory = factory.createApp();

cacheHistory.use('/caches/:key/versions', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
cacheHistory.get(
  '/caches/:key/versions',
  describe({
    id: 'listVersions',
    tag: 'Administration',
    summary: 'The kept versions of a cache that changed its body, newest first',
    scope: 'cache:inspect',
    answers: {
      200: { description: 'All of them.', schema: arrayOf(VersionRecord), headers: ['ETag'] },
      304: NOT_MODIFIED,
    },
    parameters: [CACHE_KEY],
    problems: ['not-found'],
  }),
  noQuery,
  async (c) => replyJson(c, await listVersions(c.get('services'), c.req.param('key'), Date.now())),
);

cacheHistory.use('/caches/:key/tasks', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
cacheHistory.get(
  '/caches/:key/tasks',
  describe({
    id: 'listTasks',
    tag: 'Administration',
    summary: 'The tasks of a cache, newest first',
    scope: 'cache:inspect',
    answers: {
      200: {
        description: 'Tasks that wait or run, then those that have ended.',
        schema: arrayOf(ExpandedTaskAnswer),
        headers: ['ETag'],
      },
      304: NOT_MODIFIED,
    },
    parameters: [CACHE_KEY],
    problems: ['not-found'],
  }),
  query(v.strictObject({ limit: pageLimit(TASK_RETENTION_COUNT, 'Most tasks.', USUAL_TASKS) })),
  async (c) => {
    const { limit } = c.req.valid('query');
    const services = c.get('services');
    const now = Date.now();
    const tasks = await listTasks(services, c.req.param('key'), limit, now);
    // Only the first of a cache's unfinished tasks can be due, so this asks at most one gate.
    const answers = tasks.map(async (task) =>
      taskAnswer(task, true, c.get('identity'), await waitingFor(services, task, now)),
    );
    return replyJson(c, await Promise.all(answers));
  },
);
