/** The tasks of a cache, updated while they run. */

import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { type Query, reloadAll } from '../api/query.ts';
import { hasEnded } from '../api/task-states.ts';
import { useQuery } from '../api/use-query.ts';
import { useTaskStates } from './use-task-states.ts';

export type Task = Schema<'ExpandedTask'>;

const SHOWN = 20;

const runs = (task: Task) => !hasEnded(task);

/**
 * The newest tasks of a cache. The first one that has not ended is followed, or polled if that is impossible. When a
 * task ends, everything on the screen is read again.
 */
export function useTasks(cacheKey: string): Query<Task[]> {
  const asked = { path: { key: cacheKey }, query: { limit: SHOWN } };
  const tasks = useQuery('/caches/{key}/tasks/', asked, (all) => !isFollowed.peek() && all.some(runs));
  const waiting = tasks.data.value?.filter(runs) ?? [];
  const isFollowed = useTaskStates(waiting.at(-1)?.task_id, (task) => {
    tasks.data.value = tasks.data.peek()?.map((one) => (one.task_id === task.task_id ? task : one));
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
