/** Counts the caches that an action would reach, before somebody confirms it. */

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api/call.ts';
import { ApiProblem } from '../api/problem.ts';

/** Which caches: all of a resource, or those with some values, as JSON. */
export interface Target {
  title: string;
  parameters: string;
}

/** Their number once it is known, as far as it is known, and why it cannot be. */
export function useCount({ title, parameters }: Target): {
  count: Signal<number>;
  isDone: Signal<boolean>;
  problem: Signal<ApiProblem | null>;
} {
  const count = useSignal(0);
  const isDone = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    const walk = async () => {
      let cursor: string | undefined;
      do {
        const query = { resource_title: title, parameters, dry_run: true, cursor };
        const { data } = await call('delete', '/caches/', { query }, { signal: controller.signal });
        count.value += data.would ?? 0;
        cursor = data.next ?? undefined;
      } while (cursor !== undefined);
      isDone.value = true;
    };
    walk().catch((error: unknown) => {
      if (error instanceof ApiProblem) problem.value = error;
    });
    return () => controller.abort();
  }, [title, parameters, count, isDone, problem]);
  return { count, isDone, problem };
}
