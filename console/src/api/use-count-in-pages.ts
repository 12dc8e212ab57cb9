/** Counts items page by page, before the user confirms an action on all of them. */

import { type Signal, useSignal } from '@preact/signals';
import { type Inputs, useEffect } from 'preact/hooks';
import { ApiProblem } from './problem.ts';

/** A number that is still being counted. */
export interface Counted {
  /** The count so far. */
  count: Signal<number>;
  isDone: Signal<boolean>;
  /** Why counting failed. */
  problem: Signal<ApiProblem | null>;
}

/** Counts one page. @param cursor undefined: the first page @returns also the next cursor; undefined: no more pages */
type CountPage = (
  cursor: string | undefined,
  signal: AbortSignal,
) => Promise<{ found: number; next: string | undefined }>;

/** Counts again when one of `inputs` changes. */
export function useCountInPages(countPage: CountPage, inputs: Inputs): Counted {
  const count = useSignal(0);
  const isDone = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: countPage is another function at each render; `inputs` say when it counts something else
  useEffect(() => {
    const controller = new AbortController();
    const walk = async () => {
      let cursor: string | undefined;
      do {
        const { found, next } = await countPage(cursor, controller.signal);
        count.value += found;
        cursor = next;
      } while (cursor !== undefined);
      isDone.value = true;
    };
    walk().catch((error: unknown) => {
      if (error instanceof ApiProblem) problem.value = error;
    });
    return () => controller.abort();
  }, [...inputs, count, isDone, problem]);
  return { count, isDone, problem };
}
