/** The tasks of a cache, updated while they run. */

import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { type Query, reloadAll } from '../api/query.ts';
import { hasEnded } from '../api/task-states.ts';
import { useQuery } from '../api/use-query.ts';
import { isDue, withWait } from '../tasks/gate-wait.tsx';
import { useTaskStates } from './use-task-states.ts';

export type Task = Schema<'ExpandedTask'>;

const SHOWN = 20;

const runs = (task: Task) => !hasEnded(task);

/**
 * The newest tasks of a cache. The first one that has not ended is followed. It is polled if it cannot be
 * followed, and while its source may keep it waiting. When a
 * task ends, everything on the screen is read again.
 */
export function useTasks(cacheKey: string): Query<Task[]> {
  const asked = { path: { key: cacheKey }, query: { limit: SHOWN } };
  const tasks = useQuery(
    '/caches/{key}/tasks/',
    asked,
    (all) => all.some(isDue) || (!isFollowed.peek() && all.some(runs)),
  );
  const waiting = tasks.data.value?.filter(runs) ?? [];
  const isFollowed = useTaskStates(waiting.at(-1)?.task_id, (task) => {
    tasks.data.value = tasks.data.peek()?.map((one) => (one.task_id === task.task_id ? withWait(task, one) : one));
    // The next task begins now.
    if (!runs(task)) void tasks.load();
  });
  const running = waiting.length;
  const before = useRef(running);
  useEffect(() => {
    if (running < before.current) reloadAll();
    before.current = running;
  });
  return tasks;
}
