/** Counts the resources that name a source, before somebody changes or deletes it. */

import { call } from '../api/call.ts';
import { type Counted, useCountInPages } from '../api/use-count-in-pages.ts';
import type { ListedResource } from '../resources/resource-columns.tsx';

/** Whether a resource asks a source: the search finds names that have others in them, too. */
export function asks(name: string): (resource: Pick<ListedResource, 'origin'>) => boolean {
  return ({ origin }) => origin.source === name;
}

/** Their number. */
export function useResourcesOf(name: string): Counted {
  return useCountInPages(
    async (cursor, signal) => {
      const query = { search: name, limit: 1000, cursor };
      const { data, next } = await call('get', '/resources/', { query }, { signal });
      return {
        found: data.filter(asks(name)).length,
        next: new URLSearchParams(next?.split('?')[1]).get('cursor') ?? undefined,
      };
    },
    [name],
  );
}
