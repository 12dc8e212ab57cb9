/** `/rpc/` live (CONTRACT 3): answers that are held until there is a newer version, and streams of versions. */

import type { Context } from 'hono';
import { Problem } from '../contract/problem.ts';
import { deltaFor, verdictOn } from '../core/choose-answer.ts';
import { versionsSince } from '../core/choose-delta.ts';
import { etagOf } from '../core/etag.ts';
import { lastEventVersion } from '../core/named-version.ts';
import { serveNews, watchCache } from '../flows/live/watch-cache.ts';
import { type FoundCache, findEntry, versionOf } from '../flows/read/find-entry.ts';
import { type CacheRead, loadedHere, type Served, type ServedBody } from '../flows/read/serve-cache.ts';
import type { Link } from '../ports/entry.ts';
import { type ServerEvent, streamEvents } from './event-stream.ts';
import type { AppEnv } from './factory.ts';
import { holdUntil } from './identity.ts';
import { askedBy, noteRead, VARY } from './rpc-headers.ts';

/**
 * Returns until when the answer may be held for a newer version, ms since the epoch; null if it must not be held.
 *
 * @throws Problem `unauthenticated` for a token that expires within a second
 */
export function heldUntil(c: Context<AppEnv>, { preferences: { waitS } }: CacheRead): number | null {
  if (waitS === null || c.req.method === 'HEAD') return null;
  return holdUntil(c.get('identity'), waitS * 1000);
}

/** Holds a read while its answer would say that nothing is new. */
export function serveLive(
  c: Context<AppEnv>,
  read: CacheRead,
  until: number,
): Promise<{ served: Served; waited: boolean }> {
  return serveNews(c.get('services'), read, until, (served) => bringsNews(c, read, served));
}

/**
 * Whether the answer is neither 304 nor the empty delta. True as well if no later answer can differ, as for a delta
 * with a fixed end.
 */
function bringsNews(c: Context<AppEnv>, { delta }: CacheRead, served: ServedBody): boolean {
  const isTable = served.loaded.hash !== null;
  if (isTable && delta?.kind === 'between' && delta.to !== null) return true;
  const asked = askedBy(c, delta);
  if (deltaFor(served, asked)?.steps.length === 0) return false;
  const tags = asked.ifNoneMatch?.trim();
  if (tags === undefined || tags === '*') return true;
  return verdictOn(served.entry, served.loaded, asked) === 'modified';
}

/**
 * Streams an event for each version that changed the body: first the newest, or all kept ones after the version in
 * `Last-Event-ID`. If the cache is not loaded, loads it and reports its first version.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `rate-limited`, `overloaded`
 */
export async function streamVersions(c: Context<AppEnv>, read: CacheRead): Promise<Response> {
  const services = c.get('services');
  const found = await findEntry(services, read);
  // The stream reports versions but sends no data.
  noteRead(c, { entry: found.cache }, null, Date.now());
  const named = lastEventVersion(c.req.header('Last-Event-ID'));
  // A version that the object does not know either is not a version of this cache.
  const lastVersion = named > versionOf(found.looked.entry) ? 0 : named;
  return streamEvents(
    c,
    (signal, until) =>
      versionEvents(watchCache(services, read, found, { until, signal }), found.cache.key, lastVersion),
    VARY,
  );
}

/** The events of a cache after `lastVersion`, the last version that the client knows (0: none). */
async function* versionEvents(
  watched: AsyncIterable<FoundCache>,
  key: string,
  lastVersion: number,
): AsyncGenerator<ServerEvent> {
  let last = { key, version: lastVersion };
  try {
    for await (const found of watched) {
      const served = loadedHere(found, Date.now());
      if (served === null) continue;
      const { entry } = served;
      // After a change of the definition the request may mean another cache.
      for (const link of versionsSince(entry.chain, last.key === entry.key ? last.version : 0)) {
        yield versionEvent(entry.key, link);
        last = { key: entry.key, version: link.version };
      }
    }
  } catch (error) {
    // The definition is gone or no longer takes these parameters: the client reconnects and gets the problem.
    if (!(error instanceof Problem)) throw error;
  }
}

function versionEvent(key: string, { version, rowChanges }: Link): ServerEvent {
  const { inserted = null, deleted = null } = rowChanges ?? {};
  return {
    event: 'version',
    id: `v${version}`,
    data: JSON.stringify({ version, etag: etagOf(key, version), inserted, deleted }),
  };
}
