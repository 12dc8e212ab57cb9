import type { ComponentChildren } from 'preact';
import type { Query } from '../api/query.ts';
import { common } from '../texts/common.ts';
import { ProblemView } from './problem.tsx';

interface LoadedProps<T> {
  query: Query<T>;
  children: (data: T) => ComponentChildren;
}

/** What a query has, or why it has nothing. What came before stays under the problem of a later request. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, problem } = query;
  return (
    <>
      {problem.value && <ProblemView problem={problem.value} onRetry={() => void query.load()} />}
      {data.value === undefined
        ? !problem.value && (
            <p class="faint" aria-busy="true">
              {common().loading}
            </p>
          )
        : children(data.value)}
    </>
  );
}
