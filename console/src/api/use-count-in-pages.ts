/** Counts something page by page, before somebody confirms what reaches all of it. */

import { type Signal, useSignal } from '@preact/signals';
import { type Inputs, useEffect } from 'preact/hooks';
import { ApiProblem } from './problem.ts';

/** A number that is being counted. */
export interface Counted {
  /** As far as it is known. */
  count: Signal<number>;
  isDone: Signal<boolean>;
  /** Why it cannot be counted. */
  problem: Signal<ApiProblem | null>;
}

/** One page from a cursor on (undefined: the first), and the cursor of the next; undefined: it was the last. */
type CountPage = (
  cursor: string | undefined,
  signal: AbortSignal,
) => Promise<{ found: number; next: string | undefined }>;

/** Counts anew when one of `inputs` is another. */
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
