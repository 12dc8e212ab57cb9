/** Counts the resources that use a source, before the user changes or deletes it. */

import { call } from '../api/call.ts';
import { type Counted, useCountInPages } from '../api/use-count-in-pages.ts';

/** Their number. */
export function useResourcesOf(name: string): Counted {
  return useCountInPages(
    async (cursor, signal) => {
      const query = { source: name, limit: 1000, cursor };
      const { data, next } = await call('get', '/resources/', { query }, { signal });
      return {
        found: data.length,
        next: new URLSearchParams(next?.split('?')[1]).get('cursor') ?? undefined,
      };
    },
    [name],
  );
}
