/** Reads a path of the API in a component. */

import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Answer, fill, type PathOf, type Values } from './paths.ts';
import { type Query, queryOf } from './query.ts';

const never = () => false;

/**
 * The query of a path. The component shows its signals.
 *
 * @param values of the path; null: nothing is requested
 * @param runs whether something in the answer runs, so that it is requested regularly
 */
export function useQuery<P extends PathOf<'get'>>(
  path: P,
  values: Values<'get', P> | null,
  runs: (data: Answer<'get', P>) => boolean = never,
): Query<Answer<'get', P>> {
  return useUrl(values === null ? null : fill(path, values as object), runs);
}

/** The same for a complete path. */
export function useUrl<T>(url: string | null, runs: (data: T) => boolean = never): Query<T> {
  const query = useMemo(() => queryOf<T>(url ?? ''), [url]);
  // `runs` is a new function at each render; the latest one counts.
  const latest = useRef(runs);
  latest.current = runs;
  useEffect(() => query.watch((data) => latest.current(data)), [query]);
  return query;
}
