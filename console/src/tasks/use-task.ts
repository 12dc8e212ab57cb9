/** One task, live until it ends. */

import type { Schema } from '../api/paths.ts';
import type { Query } from '../api/query.ts';
import { hasEnded } from '../api/task-states.ts';
import { useQuery } from '../api/use-query.ts';
import { useTaskStates } from '../caches/use-task-states.ts';

export type Task = Schema<'ExpandedTask'>;

/** The task, updated with each of its states. If it cannot be followed, it is polled like everything else. */
export function useTask(taskId: string): Query<Task> {
  const values = { query: { task_id: taskId, expand: 'task' as const } };
  const task = useQuery('/cache/state/', values, (data) => !isFollowed.peek() && runs(data as Task)) as Query<Task>;
  const isRunning = task.data.value !== undefined && runs(task.data.value);
  const isFollowed = useTaskStates(isRunning ? taskId : undefined, (state) => {
    task.data.value = state;
  });
  return task;
}

const runs = (task: Task) => !hasEnded(task);
