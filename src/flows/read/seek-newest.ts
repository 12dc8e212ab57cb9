/**
 * Finds newer entries if a location knows too little: a device names a version that it was given elsewhere, or a
 * revision that it was told of. Asks D1's primary for all of them in one statement, then the objects of those that D1
 * lacks too. Requests of an isolate that seek the same share the answers.
 */

import type { Entry } from '../../ports/entry.ts';
import type { LookedUp } from '../../ports/stores.ts';
import { attempt, type Outcome } from '../../side-by-side.ts';
import { fetchOnce } from '../../stores/fetch-once.ts';
import type { Services } from '../services.ts';
import { logNotAsked } from './ask-for-load.ts';
import { type FoundCache, versionOf } from './find-entry.ts';

type SeekServices = Pick<Services, 'lookup' | 'objects' | 'limits'>;

/** A cache as it was found, and what must be reached. */
export interface Search {
  user: string;
  found: FoundCache;
  /** The highest version that the device names, and the revision that it was told of; 0: none. */
  named: number;
  minRevision: number;
}

/** Returns each cache as new as possible, in order; an error only if a device would get less than it names. */
export async function seekNewest(services: SeekServices, searches: readonly Search[]): Promise<Outcome<FoundCache>[]> {
  const counted = await Promise.all(searches.map((search) => countSearch(services, search)));
  const open = searches.filter((search, at) => 'value' in (counted[at] ?? {}) && isToBeSought(services, search));
  const newest =
    open.length === 0
      ? new Map<string, LookedUp>()
      : await services.lookup.findAllNewest(
          open.map((search) => ({
            key: search.found.cache.key,
            resource: search.found.cache.resource,
            isReached: (entry) => isReached(search, entry),
          })),
        );
  return Promise.all(
    searches.map((search, at) => {
      const count = counted[at];
      if (count !== undefined && 'error' in count) return count;
      const told = open.includes(search) ? newest.get(search.found.cache.key) : undefined;
      return told === undefined ? { value: search.found } : attempt(reach(services, search, told));
    }),
  );
}

/** Whether the entry is as new as the client names it. */
export function isReached({ named, minRevision }: Search, entry: Entry | null): boolean {
  return versionOf(entry) >= named && revisionOf(entry) >= minRevision;
}

/** Whether the entry is older than a version that the device has. */
function isOlder({ named }: Search, entry: Entry | null): boolean {
  return versionOf(entry) < named;
}

function isToBeSought({ lookup }: SeekServices, search: Search): boolean {
  const { entry } = search.found.looked;
  if (isReached(search, entry)) return false;
  return isOlder(search, entry) || !lookup.isMissing(search.found.cache.key, search.minRevision);
}

/**
 * Counts a search for a version as a request for a load, because any client can name any version. A search for a
 * revision counts only if it costs an object call.
 */
async function countSearch({ limits }: SeekServices, search: Search): Promise<Outcome<null>> {
  if (!isOlder(search, search.found.looked.entry)) return { value: null };
  return attempt(limits.countLoad(search.user, search.found.cache.key).then(() => null));
}

/** `told`: the answer of D1's primary. */
async function reach(services: SeekServices, search: Search, told: LookedUp): Promise<FoundCache> {
  const { found } = search;
  const looked = { ...told, fetched: found.looked.fetched || told.fetched };
  if (isReached(search, looked.entry)) return { ...found, looked };
  // A client that names a revision was told of it from D1's row. Without a row, no object is created for a cache that
  // does not exist.
  if (looked.entry === null && !isOlder(search, null)) return { ...found, looked };
  const entry = await fetchOnce(
    `newest ${found.cache.key}`,
    () => toldMeanwhile(services, search),
    () => askObject(services, search, looked.entry),
  );
  return revisionOf(entry) > revisionOf(looked.entry)
    ? { ...found, looked: { ...looked, entry } }
    : { ...found, looked };
}

/** What another request of the isolate has found for all; undefined: it is still asking. */
function toldMeanwhile({ lookup }: SeekServices, search: Search): Entry | null | undefined {
  const { key } = search.found.cache;
  const entry = lookup.peek(key);
  if (isReached(search, entry)) return entry;
  return !isOlder(search, entry) && lookup.isMissing(key, search.minRevision) ? entry : undefined;
}

async function askObject(
  { lookup, limits, objects }: SeekServices,
  { user, found, named, minRevision }: Search,
  known: Entry | null,
): Promise<Entry | null> {
  const { key } = found.cache;
  const isNamed = versionOf(known) < named;
  let entry: Entry | null = null;
  try {
    if (!isNamed) await limits.countLoad(user, key);
    const answer = await objects.entry(key);
    entry = answer.outcome === 'found' ? answer.entry : null;
    if (revisionOf(entry) > revisionOf(known)) await lookup.put(entry as Entry);
  } catch (error) {
    // Returns what is known, and the client asks again; but no client gets less than it has.
    if (isNamed) throw error;
    logNotAsked(key, error);
  }
  if (revisionOf(entry) < minRevision) lookup.noteMissing(key, minRevision);
  return entry;
}

function revisionOf(entry: Entry | null): number {
  return entry?.revision ?? 0;
}
