/** Counts the caches that an action would reach, before the user confirms it. */

import { call } from '../api/call.ts';
import { type Counted, useCountInPages } from '../api/use-count-in-pages.ts';

/** A selection of caches: all of a resource, or those with certain parameters, as JSON. */
export interface Target {
  title: string;
  parameters: string;
}

/** Their number. */
export function useCount({ title, parameters }: Target): Counted {
  return useCountInPages(
    async (cursor, signal) => {
      const query = { resource_title: title, parameters, dry_run: true, cursor };
      const { data } = await call('delete', '/caches/', { query }, { signal });
      return { found: data.would ?? 0, next: data.next ?? undefined };
    },
    [title, parameters],
  );
}
