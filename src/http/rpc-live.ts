/** `/rpc/` live (CONTRACT 3): answers that are held until there is something newer, and streams of versions. */

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
 * Until when the answer may be held for something newer, ms since the epoch; null: it is not to be.
 *
 * @throws Problem `unauthenticated` for a token that ends within a second
 */
export function heldUntil(c: Context<AppEnv>, { preferences: { waitS } }: CacheRead): number | null {
  if (waitS === null || c.req.method === 'HEAD') return null;
  return holdUntil(c.get('identity'), waitS * 1000);
}

/** A read that is held while its answer would say that nothing is new. */
export function serveLive(
  c: Context<AppEnv>,
  read: CacheRead,
  until: number,
): Promise<{ served: Served; waited: boolean }> {
  return serveNews(c.get('services'), read, until, (served) => bringsNews(c, read, served));
}

/** Whether the answer is another one than 304 or the empty delta; or can never be, as with a fixed end. */
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
 * Streams an event for each version that changed the body: the newest at once, or those kept since the version that
 * `Last-Event-ID` names. A cache that is not loaded is loaded, and its first version then told.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `rate-limited`, `overloaded`
 */
export async function streamVersions(c: Context<AppEnv>, read: CacheRead): Promise<Response> {
  const services = c.get('services');
  const found = await findEntry(services, read);
  // It tells of the data but gives none.
  noteRead(c, { entry: found.cache }, null, Date.now());
  const named = lastEventVersion(c.req.header('Last-Event-ID'));
  // What is unknown at the object too is no version of this cache.
  const lastVersion = named > versionOf(found.looked.entry) ? 0 : named;
  return streamEvents(
    c,
    (signal, until) =>
      versionEvents(watchCache(services, read, found, { until, signal }), found.cache.key, lastVersion),
    VARY,
  );
}

/** The events of a cache of which `lastVersion` (0: none) was the last version told. */
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
      // Under a changed definition the request may mean another cache.
      for (const link of versionsSince(entry.chain, last.key === entry.key ? last.version : 0)) {
        yield versionEvent(entry.key, link);
        last = { key: entry.key, version: link.version };
      }
    }
  } catch (error) {
    // The definition went or takes these parameters no more: the client comes back and is told so.
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
