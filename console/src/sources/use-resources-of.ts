/** Counts the resources that name a source, before somebody changes or deletes it. */

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api/call.ts';
import { ApiProblem } from '../api/problem.ts';
import type { ListedResource } from '../resources/resource-columns.tsx';

/** Whether a resource asks a source: the search finds names that have others in them, too. */
export function asks(name: string): (resource: Pick<ListedResource, 'origin'>) => boolean {
  return ({ origin }) => origin.source === name;
}

/** Their number once it is known, as far as it is known, and why it cannot be. */
export function useResourcesOf(name: string): {
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
        const query = { search: name, limit: 1000, cursor };
        const { data, next } = await call('get', '/resources/', { query }, { signal: controller.signal });
        count.value += data.filter(asks(name)).length;
        cursor = new URLSearchParams(next?.split('?')[1]).get('cursor') ?? undefined;
      } while (cursor !== undefined);
      isDone.value = true;
    };
    walk().catch((error: unknown) => {
      if (error instanceof ApiProblem) problem.value = error;
    });
    return () => controller.abort();
  }, [name, count, isDone, problem]);
  return { count, isDone, problem };
}
