import type { ComponentChildren } from 'preact';
import type { Query } from '../api/query.ts';
import { hasExpired } from '../api/session.ts';
import { common } from '../texts/common.ts';
import { ProblemView } from './problem.tsx';

interface LoadedProps<T> {
  query: Query<T>;
  children: (data: T) => ComponentChildren;
}

/** The data of a query, or why there is none. Older data stays visible below the problem of a later request. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { data, problem } = query;
  return (
    <>
      {problem.value && <ProblemView problem={problem.value} onRetry={() => void query.load()} />}
      {data.value === undefined ? !problem.value && <Nothing /> : children(data.value)}
    </>
  );
}

/** If the token has expired, nothing is requested: the data comes after a new sign-in. */
function Nothing() {
  const t = common();
  if (hasExpired.value) return <p class="empty">{t.needsSignIn}</p>;
  return (
    <p class="faint" aria-busy="true">
      {t.loading}
    </p>
  );
}
