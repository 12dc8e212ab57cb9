/** Refreshes one cache and waits for what becomes of it. */

import { call } from '../api/call.ts';
import type { Schema } from '../api/paths.ts';
import { act, type Outcome, type Progress } from '../api/results.ts';
import { cachesTexts } from '../texts/caches.ts';
import { type CacheRecord, cacheName } from './cache-name.ts';

/** What a held request waits at most, s: what the service allows. */
const WAIT_S = 30;
/** A load may take 5 minutes and be tried again; whoever wants to know more looks at the cache. */
const MOST_WAITS = 10;
const ENDED = ['SUCCESS', 'FAILURE', 'REVOKED'];

type Task = Schema<'ExpandedTask'>;

/** Refreshes a cache. @param force past its guard */
export function refreshCache(cache: CacheRecord, { force = false, reason = '' } = {}): Promise<boolean> {
  return act(cachesTexts().refreshing(cacheName(cache)), async (progress) => {
    const values = { path: { key: cache.key }, query: { force: force || undefined, expand: 'task' as const } };
    const { data, requestId } = await call('post', '/caches/{key}/refresh/', values, {
      prefer: 'respond-async',
      reason,
    });
    return { ...(await untilEnd(data as Task, progress)), requestId };
  });
}

async function untilEnd(first: Task, progress: Progress): Promise<Outcome> {
  const t = cachesTexts();
  let task = first;
  for (let waits = 0; !ENDED.includes(task.task_state); waits++) {
    if (waits === MOST_WAITS) return { text: t.taskStillRuns };
    progress.tell(t.taskIs(task.task_state));
    const query = { task_id: task.task_id, expand: 'task' as const };
    const { data } = await call('get', '/cache/state/', { query }, { prefer: `wait=${WAIT_S}` });
    task = data as Task;
  }
  if (task.task_state === 'SUCCESS') return { text: t.taskEnded(task.version ?? 0) };
  const why = [task.error?.title, task.error?.detail].filter(Boolean).join(': ');
  return { text: [t.taskIs(task.task_state), why].join(' '), failed: true };
}
