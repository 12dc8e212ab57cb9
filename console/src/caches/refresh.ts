/** Refreshes one cache and waits for the outcome. */

import { call } from '../api/call.ts';
import type { Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { reloadAll, untilNextPoll } from '../api/query.ts';
import { act, type Outcome, type Progress } from '../api/results.ts';
import { hasEnded, statesOf } from '../api/task-states.ts';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { dateTime } from '../texts/format.ts';
import { type CacheRecord, cacheName } from './cache-name.ts';

/** A load may take 5 minutes, and may be retried; after that the cache's screen shows more. */
const MOST_MS = 5 * 60_000;

type Task = Schema<'ExpandedTask'>;

/** Refreshes a cache. @param force ignores its guard */
export function refreshCache(cache: CacheRecord, { force = false, reason = '' } = {}): Promise<boolean> {
  return act(cachesTexts().refreshing(cacheName(cache)), async (progress) => {
    const values = { path: { key: cache.key }, query: { force: force || undefined, expand: 'task' as const } };
    const { data, requestId } = await call('post', '/caches/{key}/refresh/', values, {
      prefer: 'respond-async',
      reason,
    });
    // From now on the screen of the cache shows the task, not only once it has ended.
    reloadAll();
    return { ...(await untilEnd(data as Task, progress)), requestId };
  });
}

async function untilEnd(first: Task, { tell, signal }: Progress): Promise<Outcome> {
  const t = cachesTexts();
  const until = Date.now() + MOST_MS;
  let task = first;
  while (!hasEnded(task)) {
    tell(stateOf(task));
    try {
      for await (task of statesOf(task.task_id, signal)) {
        if (hasEnded(task)) break;
        tell(stateOf(task));
      }
    } catch (error) {
      // The token has expired, so the outcome cannot be seen. The task was started, and must not be started twice.
      if (error instanceof ApiProblem && error.status === 401) return { text: t.taskStillRuns };
      throw error;
    }
    if (hasEnded(task)) break;
    if (Date.now() > until) return { text: t.taskStillRuns };
    // The service ended the stream, perhaps because it holds too many: do not ask again at once.
    await untilNextPoll();
  }
  if (task.task_state === 'SUCCESS') return { text: t.taskEnded(task.version ?? 0) };
  return { text: stateOf(task), failed: true };
}

/** The state of a task; after a failed attempt also why it failed, and when the next one begins. */
function stateOf({ task_state: state, error, due }: Task): string {
  const why = [error?.title, error?.detail].filter(Boolean).join(': ');
  const next = state === 'RETRY' && due !== null && `${cacheTexts().nextAttempt}: ${dateTime(due)}.`;
  return [cachesTexts().taskIs(state), why, next].filter(Boolean).join(' ');
}
