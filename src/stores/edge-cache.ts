/**
 * The location's edge cache (Cache API). It may lose anything at any time, and on a workers.dev host or behind
 * Cloudflare Access it keeps nothing. So its failures count as "not kept", and no request fails because of them.
 *
 * URLs use the request's own host, as the platform advises: an invented host would cost a DNS look-up. On Cloudflare
 * that is a host of the account's zone. A client that can choose between several hosts only chooses between copies of
 * the same content, which only the Worker writes. Isolate memory uses only the path as its key, so more hosts do not
 * make it hold more.
 */

import { log } from '../log.ts';
import { withTimeout } from '../waiting.ts';

/** Part of a body: an offset and a length in bytes, and the size of the whole body. */
export interface EdgePart {
  offset: number;
  length: number;
  whole: number;
}

/** Stores bodies under internal URLs, for a limited time. */
export interface EdgeCache {
  /** The body under the URL, or the part of it that a `Range` header asks for; null: there is none. */
  match(url: string, range?: string): Promise<Response | null>;
  /** Keeps a body for at most `ttlS` seconds, with an `ETag` if one is given. A stream that breaks off is not kept. */
  put(url: string, body: BodyInit, ttlS: number, etag?: string): Promise<void>;
}

const NAME = 'freshet';
/** Time-out of the edge cache, ms; a late answer counts as "not kept". */
const TIMEOUT_MS = 1000;
/** Time-out for writing a large body to the edge, ms: after its answer an invocation has 30 s. */
const STREAM_TIMEOUT_MS = 25_000;
const PROBE_TTL_S = 10;
/**
 * No route begins with this path. A request for such a path reaches the Worker, which answers 404, and never this
 * cache.
 */
const PREFIX = '/.freshet';

/** The internal URL of a cached item, relative to the request's host; docs/storage.md lists them. */
export function edgeUrl(...path: readonly (string | number)[]): string {
  return `${PREFIX}/${path.map((part) => encodeURIComponent(part)).join('/')}`;
}

/** For an invocation without a request, and so without a host. What it learns, the others read from the stores. */
export const NO_EDGE_CACHE: EdgeCache = {
  match: async () => null,
  put: (_url, body) => letGo(body),
};

/** The edge cache of the location that runs this isolate. `requestUrl`: the URL of the request that is answered. */
export function edgeCache(requestUrl: string): EdgeCache {
  // Most requests are answered from memory and need no absolute URL.
  const whole = (url: string) => new URL(url, requestUrl).href;

  return {
    async match(url, range) {
      try {
        const request = range === undefined ? whole(url) : new Request(whole(url), { headers: { Range: range } });
        return (await withTimeout(matchKept(request), TIMEOUT_MS)) ?? null;
      } catch (error) {
        // The store has the same data: a miss is slower, never wrong.
        log('warn', 'edge_cache.match_failed', { url, error });
        return null;
      }
    },

    async put(url, body, ttlS, etag) {
      try {
        const headers = { 'Cache-Control': `public, max-age=${ttlS}`, ...(etag === undefined ? {} : { ETag: etag }) };
        const work = putKept(whole(url), new Response(body, { headers }));
        await withTimeout(work, body instanceof ReadableStream ? STREAM_TIMEOUT_MS : TIMEOUT_MS);
      } catch (error) {
        // The next reader asks the store again.
        log('warn', 'edge_cache.put_failed', { url, error });
      } finally {
        await letGo(body);
      }
    },
  };
}

/**
 * A part of the body under the URL, as a stream; null: there is none, or its size is another one, because it is a copy
 * of a body that broke off.
 */
export async function openAtEdge(
  edge: EdgeCache,
  url: string,
  { offset, length, whole }: EdgePart,
): Promise<ReadableStream<Uint8Array> | null> {
  const isPart = length < whole;
  const bytes = `${offset}-${offset + length - 1}`;
  // RFC 9110 sections 14.2 and 14.4: a request for a part, and what its answer says about the whole.
  const found = await edge.match(url, isPart ? `bytes=${bytes}` : undefined);
  if (found === null || found.body === null) return null;
  const size = found.headers.get(isPart ? 'Content-Range' : 'Content-Length');
  if (size === (isPart ? `bytes ${bytes}/${whole}` : `${whole}`)) return found.body;
  log('warn', 'edge_cache.other_size', { url, expected: whole, found: size });
  await found.body.cancel();
  return null;
}

/** Whether the edge cache returns what was just put. */
export async function keepsAtEdge(edge: EdgeCache): Promise<boolean> {
  const url = edgeUrl('probe');
  await edge.put(url, 'kept', PROBE_TTL_S);
  const found = await edge.match(url);
  await found?.body?.cancel();
  return found !== null;
}

/** Cancels a stream that nobody reads: its writer would wait for a reader. */
async function letGo(body: BodyInit): Promise<void> {
  if (body instanceof ReadableStream && !body.locked) await body.cancel();
}

/** The cache is identified by its name alone, so one handle serves all requests of the isolate. */
let cache: Cache | undefined;

async function matchKept(request: Request | string): Promise<Response | undefined> {
  cache ??= await caches.open(NAME);
  return cache.match(request);
}

async function putKept(url: string, response: Response): Promise<void> {
  cache ??= await caches.open(NAME);
  await cache.put(url, response);
}
