/** Refreshes the caches of a resource whose last load failed. */

import { call, callUrl } from '../api/call.ts';
import type { Schema } from '../api/paths.ts';
import { act } from '../api/results.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { resourcesTexts } from '../texts/resources.ts';

const PAGE = 100;

/** Starts the refreshes one after the other, so that the user can stop. Their outcomes show with the caches. */
export function retryFailed(title: string): Promise<boolean> {
  const t = cachesTexts();
  return act(
    resourcesTexts().retrying(title),
    async ({ tell, signal }) => {
      let started = 0;
      let last: string | null = null;
      const query = { resource_title: title, state: 'failing' as const, limit: PAGE };
      let page = await call('get', '/caches/', { query });
      for (;;) {
        for (const { key } of page.data) {
          if (signal.aborted) return { text: `${common().stopped} ${t.started(started)}` };
          const values = { path: { key }, query: {} };
          last = (await call('post', '/caches/{key}/refresh/', values, { prefer: 'respond-async' })).requestId;
          started++;
          tell(t.started(started));
        }
        if (page.next === null) break;
        page = await callUrl<Schema<'Cache'>[]>('get', page.next);
      }
      if (started === 0) return { text: resourcesTexts().noneFailing };
      return { text: t.started(started), requestId: last };
    },
    { stoppable: true },
  );
}
