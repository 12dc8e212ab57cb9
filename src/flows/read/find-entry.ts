/**
 * Finds the cache that a read means, and what this location knows of it: at least what the request itself names
 * (CONTRACT 3).
 */

import type { Reader } from '../../contract/identity.ts';
import type { DefinedResource, Resource } from '../../contract/resource.ts';
import type { CacheIdentity, Entry } from '../../ports/entry.ts';
import type { LookedUp, Resources } from '../../ports/stores.ts';
import type { Services } from '../services.ts';
import { findResource } from './find-resource.ts';

type FindServices = Pick<Services, 'resources' | 'lookup' | 'objects' | 'limits'>;

/** How a request names a cache. */
export interface CacheName {
  /** The caller. */
  user: string;
  /** Decides whether the resource is open to the caller. */
  reader: Reader;
  title: string;
  /** The cache under a definition: another definition may have other defaults. @throws Problem `invalid-parameters` */
  identify(definition: Resource): CacheIdentity;
  /** The highest version of the cache `key` that the request names; 0: none. */
  namedVersion(key: string): number;
}

/** A cache, its resource and the result of its look-up. */
export interface FoundCache {
  cache: CacheIdentity;
  resource: DefinedResource;
  looked: LookedUp;
}

/**
 * Takes one look-up, unless this location turns out to know less than the request or than D1.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `rate-limited`, `overloaded`
 */
export async function findEntry(services: FindServices, name: CacheName): Promise<FoundCache> {
  const found = await findUnderNewest(services, name);
  const named = name.namedVersion(found.cache.key);
  if (named <= versionOf(found.looked.entry)) return found;
  // This costs as much as asking for a load, and any client can name any version.
  await services.limits.countLoad(name.user, found.cache.key);
  return { ...found, looked: await lookFurther(services, found, named) };
}

/** Version of the last load; 0: nothing is loaded. */
export function versionOf(entry: Entry | null): number {
  return entry?.loaded?.version ?? 0;
}

/**
 * The look-up returns the number of the newest definition. If the isolate's definition is older, the request is
 * interpreted again.
 */
async function findUnderNewest(services: FindServices, name: CacheName): Promise<FoundCache> {
  const resource = await findResource(services.resources, name.title, name.reader);
  const cache = name.identify(resource.definition);
  const looked = await services.lookup.find(cache.key, name.title);
  return isOutdated(resource, looked) ? findAnew(services, name, cache.key, looked) : { cache, resource, looked };
}

/** Whether the look-up mentions a newer definition than this one. */
export function isOutdated({ number }: DefinedResource, { mark }: LookedUp): boolean {
  return mark !== null && mark.number > number;
}

/**
 * Returns the cache that a request means under the newest definition; `looked` is the look-up of `key`, its cache
 * before.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `overloaded`
 */
export async function findAnew(
  { resources, lookup }: Pick<FindServices, 'resources' | 'lookup'>,
  name: CacheName,
  key: string,
  looked: LookedUp,
): Promise<FoundCache> {
  const atLeast: Pick<Resources, 'find'> = { find: (title) => resources.find(title, looked.mark?.number) };
  const resource = await findResource(atLeast, name.title, name.reader);
  const cache = name.identify(resource.definition);
  // The request that fetched the entry must also ask for its load, so the same key is not looked up twice.
  return cache.key === key
    ? { cache, resource, looked }
    : { cache, resource, looked: await lookup.find(cache.key, name.title) };
}

/** A device that has moved may be ahead of this location. Asks D1's primary and, if that lags too, the object. */
async function lookFurther({ lookup, objects }: FindServices, found: FoundCache, named: number): Promise<LookedUp> {
  const { cache, looked } = found;
  const newest = await lookup.findNewest(cache.key, cache.resource);
  const fetched = looked.fetched || newest.fetched;
  if (named <= versionOf(newest.entry)) return { ...newest, fetched };

  const answer = await objects.entry(cache.key);
  if (answer.outcome !== 'found' || answer.entry.revision <= (newest.entry?.revision ?? 0)) {
    return { ...newest, fetched };
  }
  await lookup.put(answer.entry);
  return { entry: answer.entry, mark: newest.mark, fetched };
}
