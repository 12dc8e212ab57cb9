/** Follows a task while somebody sees it. */

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { hasExpired, may } from '../api/session.ts';
import { statesOf } from '../api/task-states.ts';

/**
 * Calls `onState` with each state of a task. What it gives says whether it is followed: it is not in a hidden tab, without a
 * right to it, or once the stream is over, so that whoever wants to know more must ask.
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
        // Then it is asked for now and then instead.
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

/** Those who may only look at caches get a list of its tasks, and no task by itself (CONTRACT 2). */
function isAllowed(): boolean {
  return may('cache:read') || may('cache:admin');
}
