/**
 * The location's edge cache (Cache API). It may forget anything at any time, and on a workers.dev host it keeps
 * nothing: so whatever fails here counts as not kept, and nothing fails because of it.
 */

import { log } from '../log.ts';
import { within } from '../waiting.ts';

/** Bodies under internal URLs, for a time. */
export interface EdgeCache {
  /** What is kept under the URL; null: nothing. */
  match(url: string): Promise<Response | null>;
  /** Keeps a body for at most `ttlS` seconds, under an `ETag` where one is given. A stream that breaks off is not kept. */
  put(url: string, body: BodyInit, ttlS: number, etag?: string): Promise<void>;
}

const NAME = 'freshet';
/** How long the edge cache may take, ms: what it does not tell by then counts as not kept. */
const TIMEOUT_MS = 1000;
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
        return (await within(match(url), TIMEOUT_MS)) ?? null;
      } catch (error) {
        // The store behind it has the same: a miss is slower, never wrong.
        log('warn', 'edge_cache.match_failed', { url, error });
        return null;
      }
    },

    async put(url, body, ttlS, etag) {
      try {
        const headers = { 'Cache-Control': `public, max-age=${ttlS}`, ...(etag === undefined ? {} : { ETag: etag }) };
        const work = put(url, new Response(body, { headers }));
        // A stream takes as long as its reader does, and nobody waits for it.
        await (body instanceof ReadableStream ? work : within(work, TIMEOUT_MS));
      } catch (error) {
        // The next reader asks the store again.
        log('warn', 'edge_cache.put_failed', { url, error });
      }
    },
  };
}

/** No more than a name to the platform, so that it serves all requests of an isolate. */
let cache: Cache | undefined;

async function match(url: string): Promise<Response | undefined> {
  cache ??= await caches.open(NAME);
  return cache.match(url);
}

async function put(url: string, response: Response): Promise<void> {
  cache ??= await caches.open(NAME);
  await cache.put(url, response);
}
