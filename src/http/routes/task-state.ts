/** `GET /cache/state/`: the state of a task: now, when it changes, or as a stream (CONTRACT 2). */

import type { Context } from 'hono';
import * as v from 'valibot';
import { describe, headerParameter, NOT_MODIFIED, TEXT } from '#describe';
import { about } from '../../contract/about.ts';
import { HEADER } from '../../contract/constants.ts';
import { AnyTaskAnswer, ExpandTask, hasEnded, TaskId } from '../../contract/task.ts';
import { matches } from '../../core/conditions.ts';
import { digestTag } from '../../core/etag.ts';
import { parsePrefer, preferenceApplied } from '../../core/prefer.ts';
import { waitingFor } from '../../flows/admin/view-gate.ts';
import { readTask, waitForTask, watchTask } from '../../flows/live/watch-task.ts';
import type { Task } from '../../ports/task.ts';
import { EVENT_STREAM_TYPE, type ServerEvent, streamEvents, wantsEventStream } from '../event-stream.ts';
import { type AppEnv, factory } from '../factory.ts';
import { holdUntil, protect } from '../identity.ts';
import { query } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';
import { isVisible, taskAnswer, visibleTask } from '../task-answer.ts';

export const taskState = factory.createApp();

taskState.use('/cache/state', methods('GET', 'HEAD', 'OPTIONS'), protect('cache:read', 'cache:admin'));
taskState.get(
  '/cache/state',
  describe({
    id: 'getTaskState',
    tag: 'FMP',
    summary: 'The state of a task: now, when it changes, or as a stream',
    scope: 'cache:read',
    parameters: [
      headerParameter(
        'Prefer',
        '`wait=N`: hold the answer until the task ends or, with `If-None-Match`, until its state changes; at most N seconds (30).',
      ),
      headerParameter('Last-Event-ID', 'The last event that was received before the stream ended.'),
    ],
    answers: {
      200: {
        description: 'The task.',
        schema: AnyTaskAnswer,
        types: { [EVENT_STREAM_TYPE]: TEXT },
        headers: ['ETag', 'Preference-Applied'],
      },
      204: { description: 'The event that `Last-Event-ID` names was the last one: the task has ended.' },
      304: NOT_MODIFIED,
    },
    problems: ['not-found'],
  }),
  query(v.strictObject({ task_id: about(TaskId, 'The task.'), expand: ExpandTask })),
  async (c) => {
    const services = c.get('services');
    const { task_id: taskId, expand } = c.req.valid('query');
    const expanded = expand === 'task';
    const task = await visibleTask(c, taskId, await readTask(services, taskId));
    if (wantsEventStream(c)) {
      const lastId = c.req.header('Last-Event-ID');
      // A standard EventSource reconnects after a stream ends, until the answer is not 200 (HTML section 9.2).
      if (hasEnded(task.state) && lastId === eventOf(c, task, expanded).id) return c.body(null, 204);
      return streamEvents(c, (signal, until) =>
        stateEvents(c, watchTask(services, task, { signal, until }), expanded, lastId),
      );
    }
    const { waitS } = parsePrefer(c.req.header('Prefer'));
    const last = waitS === null ? task : await visibleTask(c, taskId, await hold(c, task, waitS, expanded));
    // A waiting client compares states, and the state of a gate differs at every look.
    const waiting = expanded && waitS === null ? await waitingFor(services, last, Date.now()) : null;
    return replyJson(c, taskAnswer(last, expanded, c.get('identity'), waiting), {
      headers: { [HEADER.preferenceApplied]: preferenceApplied({ waitS }) },
    });
  },
);

/** Waits until the task ends or, if the client names the state that it knows, until the state changes. */
function hold(c: Context<AppEnv>, task: Task, waitS: number, expanded: boolean): Promise<Task> {
  const known = c.req.header('If-None-Match');
  const isNews = (seen: Task) => known !== undefined && !matches(known, eventOf(c, seen, expanded).id, 'weak');
  const until = holdUntil(c.get('identity'), waitS * 1000);
  return waitForTask(c.get('services'), task, c.get('identity').user, until, isNews);
}

/**
 * Yields an event whenever the answer differs from the last one, or at first from the one in `lastId`, while the caller
 * may see the task.
 */
async function* stateEvents(
  c: Context<AppEnv>,
  tasks: AsyncIterable<Task>,
  expanded: boolean,
  lastId: string | undefined,
): AsyncGenerator<ServerEvent> {
  let last = lastId;
  for await (const task of tasks) {
    if (!(await isVisible(c, task))) return;
    const event = eventOf(c, task, expanded);
    if (event.id !== last) yield event;
    last = event.id;
  }
}

/** A state as an event. Its id is the state's ETag, without quotes. */
function eventOf(c: Context<AppEnv>, task: Task, expanded: boolean): Required<ServerEvent> {
  const data = JSON.stringify(taskAnswer(task, expanded, c.get('identity')));
  return { event: 'state', data, id: digestTag(data) };
}
