/**
 * Watches a cache for requests that wait for a newer version. They wait in the Worker, so that no object stays awake:
 * each looks into isolate memory at short intervals, and one of them fetches the news for all. The request that fetched
 * the entry from D1 also starts a load when the cache has expired, so a watched cache stays as fresh as one that is
 * read all the time.
 */

import { Problem } from '../../contract/problem.ts';
import { failureInForce, freshnessRules, judge } from '../../core/freshness.ts';
import { log } from '../../log.ts';
import { looks, randomPauses } from '../../waiting.ts';
import { loadAsker, logNotAsked } from '../read/ask-for-load.ts';
import { type CacheName, type FoundCache, findAnew, findEntry, isOutdated } from '../read/find-entry.ts';
import { findResource } from '../read/find-resource.ts';
import { type CacheRead, loadedHere, type Served, type ServedBody, serveCache } from '../read/serve-cache.ts';
import type { Services } from '../services.ts';

type WatchServices = Pick<Services, 'settings' | 'resources' | 'lookup' | 'objects' | 'limits' | 'hold' | 'waitUntil'>;

/** Between two looks. */
const PAUSES = randomPauses(400, 800);

/** How long to watch a cache. */
export interface WatchOptions {
  /** When to look for the last time, ms since the epoch. */
  until: number;
  /** Ends the watch early. */
  signal?: AbortSignal;
}

/**
 * Yields the cache as given, then whenever it has changed. Skips a look or a load that fails: the next one may succeed,
 * and the known state stays valid.
 *
 * @throws Problem `not-found`, `invalid-parameters` once the definition has changed so that the request means no cache
 */
export async function* watchCache(
  services: WatchServices,
  name: CacheName,
  first: FoundCache,
  { until, signal }: WatchOptions,
): AsyncGenerator<FoundCache, void, void> {
  const ask = loadAsker(services, name.user);
  let found = first;
  for await (const look of looks(until, PAUSES, signal)) {
    const before = found;
    if (look > 0) found = await lookAgain(services, name, before);
    if (look === 0 || !isSame(before, found)) yield found;
    if (found.looked.fetched && isToBeLoaded(found)) {
      // The next look finds the result.
      await ask(found, null, until).catch((error) => logNotAsked(found.cache.key, error));
    }
  }
}

/** Whether a read would start a load. */
function isToBeLoaded({ resource, looked }: FoundCache): boolean {
  const rules = freshnessRules(resource, looked.mark, null);
  const now = Date.now();
  return judge(looked.entry, rules, now).state !== 'fresh' && failureInForce(looked.entry, rules, now) === null;
}

async function lookAgain(services: WatchServices, name: CacheName, before: FoundCache): Promise<FoundCache> {
  const { cache, resource } = before;
  try {
    const looked = await services.lookup.glance(cache.key, cache.resource);
    // Most changes of a definition have no mark, and some exclude readers. So each look reads the isolate's copy of the
    // definition.
    const isKnown = (await findResource(services.resources, name.title, name.reader)) === resource;
    if (looked.fetched || !isKnown || isOutdated(resource, looked)) {
      return await findAnew(services, name, cache.key, looked);
    }
    return { cache, resource, looked };
  } catch (error) {
    if (error instanceof Problem && (error.code === 'not-found' || error.code === 'invalid-parameters')) throw error;
    log('warn', 'cache.look_failed', { key: cache.key, error });
    return { ...before, looked: { ...before.looked, fetched: false } };
  }
}

function isSame(before: FoundCache, found: FoundCache): boolean {
  return (
    before.cache.key === found.cache.key &&
    before.resource.number === found.resource.number &&
    before.looked.entry?.revision === found.looked.entry?.revision
  );
}

/**
 * Repeats a read until there is news, and returns the state at `until` (ms since the epoch) otherwise; at once if too
 * many requests are held already. `waited`: the request was held because the first read brought no news.
 *
 * @throws Problem as `serveCache`
 */
export async function serveNews(
  services: WatchServices,
  read: CacheRead,
  until: number,
  isNews: (served: ServedBody) => boolean,
): Promise<{ served: Served; waited: boolean }> {
  const served = await serveCache(services, read);
  if (served.outcome === 'pending' || isNews(served)) return { served, waited: false };
  const hold = services.hold({ user: read.user, kind: 'news', until });
  if (hold === null) return { served, waited: false };
  try {
    return { served: await awaitNews(services, read, until, isNews), waited: true };
  } finally {
    hold.release();
  }
}

async function awaitNews(
  services: WatchServices,
  read: CacheRead,
  until: number,
  isNews: (served: ServedBody) => boolean,
): Promise<Served> {
  let served: ServedBody | null = null;
  for await (const found of watchCache(services, read, await findEntry(services, read), { until })) {
    served = loadedHere(found, Date.now());
    if (served !== null && isNews(served)) break;
  }
  // A cache purged meanwhile is no longer current: answers as a read that does not wait.
  return served ?? serveCache(services, { ...read, preferences: { respondAsync: true, waitS: null } });
}
