/**
 * The location's edge cache (Cache API). It may forget anything at any time, and on a workers.dev host it keeps
 * nothing: so whatever fails here counts as not kept, and nothing fails because of it.
 */

import { log } from '../log.ts';

export interface EdgeCache {
  /** What is kept under the URL; null: nothing. */
  match(url: string): Promise<Response | null>;
  /** Keeps a body for at most `ttlS` seconds. A stream that breaks off is not kept. */
  put(url: string, body: BodyInit, ttlS: number): Promise<void>;
}

const NAME = 'freshet';
/** No host of ours or anybody's: only this Worker reaches these URLs. */
const ORIGIN = 'https://freshet.internal';

/** The internal URL of something kept; docs/storage.md lists them. */
export function edgeUrl(...path: readonly (string | number)[]): string {
  return `${ORIGIN}/${path.map((part) => encodeURIComponent(part)).join('/')}`;
}

/** The edge cache of the location that runs this isolate. */
export function edgeCache(): EdgeCache {
  return {
    async match(url) {
      try {
        const cache = await caches.open(NAME);
        return (await cache.match(url)) ?? null;
      } catch (error) {
        // The store behind it has the same: a miss is slower, never wrong.
        log('warn', 'edge-cache.match', { url, error });
        return null;
      }
    },

    async put(url, body, ttlS) {
      try {
        const cache = await caches.open(NAME);
        await cache.put(url, new Response(body, { headers: { 'Cache-Control': `public, max-age=${ttlS}` } }));
      } catch (error) {
        // The next reader asks the store again.
        log('warn', 'edge-cache.put', { url, error });
      }
    },
  };
}
