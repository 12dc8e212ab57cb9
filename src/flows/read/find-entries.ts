/**
 * Finds the many caches of one request and what is known of them: like `findEntry` for each, but with combined
 * look-ups.
 */

import { Problem } from '../../contract/problem.ts';
import type { DefinedResource } from '../../contract/resource.ts';
import type { CacheIdentity } from '../../ports/entry.ts';
import type { LookedUp } from '../../ports/stores.ts';
import { attempt, type Outcome } from '../../side-by-side.ts';
import { overloaded } from '../../stores/overloaded.ts';
import type { LiveCheck } from '../live/live-check.ts';
import type { Services } from '../services.ts';
import { type CacheName, type FoundCache, findAnew, isOutdated } from './find-entry.ts';
import { findResources } from './find-resource.ts';
import { isReached, type Search, seekNewest } from './seek-newest.ts';

type FindServices = Pick<Services, 'resources' | 'lookup' | 'objects' | 'limits'>;

const NOTHING_KNOWN = 'The current version cannot be looked up now. Try again in a moment.';

/** How an item names a cache. */
export interface SoughtCache extends CacheName {
  /** The revision that the client was told of; 0: none. */
  minRevision: number;
}

/** The cache that an item means, under the isolate's copy of the definition. */
interface Identified {
  cache: CacheIdentity;
  resource: DefinedResource;
}

/** The result for an item. `cache` is known once its definition and parameters are, even if something fails later. */
export interface SearchedItem {
  cache: CacheIdentity | null;
  found: Outcome<FoundCache>;
}

/**
 * Returns what `findEntry` returns or throws for each item, in the order of `all`. All items are of one user. `live`:
 * the connection to subscribe to the caches.
 */
export async function findEntries(
  services: FindServices,
  all: readonly SoughtCache[],
  live: LiveCheck | null = null,
): Promise<SearchedItem[]> {
  const [first] = all;
  if (first === undefined) {
    // A device without caches gets no news.
    await live?.subscribe([]);
    return [];
  }
  const titles = all.map(({ title }) => title);
  const resources = await findResources(services.resources, titles, first.reader);
  const identified = all.map((sought) => identify(sought, resources));
  const asked = identified.flatMap((one) => ('value' in one ? one.value.cache : []));
  const looked = await services.lookup.findAll(asked);
  const judged = identified.map((one, at) =>
    'error' in one ? one : underNewest(services, all[at] as SoughtCache, one.value, looked.get(one.value.cache.key)),
  );
  // Nearly always all are known: a promise for each would cost as much as finding it.
  const known = judged.some((one) => one instanceof Promise)
    ? await Promise.all(judged)
    : (judged as Outcome<FoundCache>[]);
  const found = live === null ? known : await afterSubscribing(services, all, known, live);
  const reached = await reachAll(services, all, found);
  return identified.map((one, at) => ({
    cache: 'value' in one ? one.value.cache : null,
    found: reached[at] as Outcome<FoundCache>,
  }));
}

function identify(sought: SoughtCache, resources: ReadonlyMap<string, Outcome<DefinedResource>>): Outcome<Identified> {
  const resource = resources.get(sought.title);
  if (resource === undefined) return { error: new Error('a title was not looked for') };
  if ('error' in resource) return resource;
  try {
    return { value: { cache: sought.identify(resource.value.definition), resource: resource.value } };
  } catch (error) {
    return { error };
  }
}

/** The result of a look-up, under the newest definition that it mentions. */
function underNewest(
  services: FindServices,
  sought: SoughtCache,
  { cache, resource }: Identified,
  looked: LookedUp | null = null,
): Outcome<FoundCache> | Promise<Outcome<FoundCache>> {
  if (looked === null) return { error: overloaded(NOTHING_KNOWN) };
  return isOutdated(resource, looked)
    ? attempt(findAnew(services, sought, cache.key, looked))
    : { value: { cache, resource, looked } };
}

/**
 * First tells the hub which of the caches exist; only what D1's primary says after that counts. Earlier results may be
 * older than the subscription, and no message would report a change between the two.
 */
async function afterSubscribing(
  services: FindServices,
  all: readonly SoughtCache[],
  known: readonly Outcome<FoundCache>[],
  live: LiveCheck,
): Promise<Outcome<FoundCache>[]> {
  const existing = known.flatMap((one) => ('value' in one && one.value.looked.entry !== null ? one.value.cache : []));
  if (known.some((one) => 'error' in one && isOverloaded(one.error))) live.lacks();
  const isTold = await live.subscribe(existing.map(({ key }) => key));
  if (!isTold || existing.length === 0) return [...known];
  const newest = await services.lookup.findAllNewest(
    existing.map(({ key, resource }) => ({ key, resource, isReached: () => false })),
  );
  return Promise.all(
    known.map((one, at) => {
      const told = 'value' in one ? newest.get(one.value.cache.key) : undefined;
      if (!('value' in one) || told === undefined) return one;
      const looked = { ...told, fetched: told.fetched || one.value.looked.fetched };
      return underNewest(services, all[at] as SoughtCache, one.value, looked);
    }),
  );
}

function isOverloaded(error: unknown): boolean {
  return error instanceof Problem && error.code === 'overloaded';
}

/** Makes sure that each found cache is at least as new as its item says. */
async function reachAll(
  services: FindServices,
  all: readonly SoughtCache[],
  found: readonly Outcome<FoundCache>[],
): Promise<readonly Outcome<FoundCache>[]> {
  const searches: Search[] = [];
  for (const [at, one] of found.entries()) {
    if ('value' in one) searches.push(searchFor(all[at] as SoughtCache, one.value));
  }
  if (searches.every((search) => isReached(search, search.found.looked.entry))) return found;
  const newest = (await seekNewest(services, searches)).values();
  return found.map((one) => ('error' in one ? one : (newest.next().value as Outcome<FoundCache>)));
}

function searchFor(sought: SoughtCache, found: FoundCache): Search {
  const { user, minRevision } = sought;
  return { user, found, minRevision, named: sought.namedVersion(found.cache.key) };
}
