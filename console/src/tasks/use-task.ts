/** One task, live until it ends. */

import type { Schema } from '../api/paths.ts';
import type { Query } from '../api/query.ts';
import { hasEnded } from '../api/task-states.ts';
import { useQuery } from '../api/use-query.ts';
import { useTaskStates } from '../caches/use-task-states.ts';
import { isDue, withWait } from './gate-wait.tsx';

export type Task = Schema<'ExpandedTask'>;

/** The task, updated with each of its states. It is polled if it cannot be followed, and while its source may keep it waiting. */
export function useTask(taskId: string): Query<Task> {
  const values = { query: { task_id: taskId, expand: 'task' as const } };
  const isPolled = (data: Task) => (runs(data) && !isFollowed.peek()) || isDue(data);
  const task = useQuery('/cache/state/', values, (data) => isPolled(data as Task)) as Query<Task>;
  const isRunning = task.data.value !== undefined && runs(task.data.value);
  const isFollowed = useTaskStates(isRunning ? taskId : undefined, (state) => {
    task.data.value = withWait(state, task.data.peek());
  });
  return task;
}

const runs = (task: Task) => !hasEnded(task);
