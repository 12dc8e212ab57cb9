/** Follows a task while its screen is visible. */

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { hasExpired, may } from '../api/session.ts';
import { statesOf } from '../api/task-states.ts';

/**
 * Calls `onState` with each state of a task. Returns whether the task is being followed. It is not in a hidden tab,
 * without the scope for it, or once the stream has ended: then the caller has to poll.
 *
 * @param taskId undefined: none
 */
export function useTaskStates(
  taskId: string | undefined,
  onState: (task: Schema<'ExpandedTask'>) => void,
): ReadonlySignal<boolean> {
  const isFollowed = useSignal(false);
  const latest = useRef(onState);
  latest.current = onState;
  useEffect(() => {
    let current = new AbortController();
    const follow = async () => {
      current.abort();
      const mine = new AbortController();
      current = mine;
      isFollowed.value = taskId !== undefined && !document.hidden && !hasExpired.peek() && isAllowed();
      if (taskId === undefined || !isFollowed.peek()) return;
      try {
        for await (const task of statesOf(taskId, mine.signal)) latest.current(task);
      } catch (error) {
        // The caller polls instead.
        if (!(error instanceof ApiProblem)) throw error;
      } finally {
        if (current === mine) isFollowed.value = false;
      }
    };
    const change = () => void follow();
    change();
    document.addEventListener('visibilitychange', change);
    return () => {
      document.removeEventListener('visibilitychange', change);
      current.abort();
    };
  }, [taskId, isFollowed]);
  return isFollowed;
}

/** Users who may only inspect caches get the list of a cache's tasks, but no single task (CONTRACT 2). */
function isAllowed(): boolean {
  return may('cache:read') || may('cache:admin');
}
