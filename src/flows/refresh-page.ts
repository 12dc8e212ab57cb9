/** Refreshes of many caches, which belong to nobody: those of a resource that administration or a schedule refreshes. */

import type { CacheIdentity } from '../contract/entry.ts';
import type { EnqueueRequest } from '../contract/object.ts';
import type { EntryRow } from '../contract/stores.ts';
import { isReachable } from '../core/reachable.ts';
import { sideBySide } from '../side-by-side.ts';
import { demandAvailable } from './demand-available.ts';
import { type JudgedCache, judgeCaches } from './judged-caches.ts';
import { refreshOf } from './request-refresh.ts';
import type { Services } from './services.ts';

/**
 * Asks for a refresh of each cache on a page that is worth it; how many those are.
 *
 * @param now ms since the epoch
 * @param since a cache that was loaded after it is left alone, ms since the epoch; `now`: each is loaded
 * @param onFailure is told of a cache whose object does not answer; without it, that ends the page
 * @throws Problem `overloaded`
 */
export async function refreshPage(
  { resources, objects, lookup }: Pick<Services, 'resources' | 'objects' | 'lookup'>,
  page: readonly EntryRow[],
  now: number,
  since: EnqueueRequest['since'],
  onFailure?: (key: string, error: unknown) => void,
): Promise<number> {
  const caches = (await judgeCaches(resources, page, now)).filter(isWorthLoading);
  await sideBySide(caches, async ({ entry, resource }) => {
    if (resource === null) return;
    try {
      const answer = demandAvailable(await objects.enqueue(refreshOf(identityOf(entry), resource, since)));
      if ('entry' in answer && answer.entry !== null) await lookup.put(answer.entry);
    } catch (error) {
      if (onFailure === undefined) throw error;
      onFailure(entry.key, error);
    }
  });
  return caches.length;
}

/** Which cache an entry is of. */
export function identityOf({ key, resource, parameters, owner }: EntryRow): CacheIdentity {
  return { key, resource, parameters, owner };
}

/** A private cache that was purged is left alone: its user may have gone. */
function isWorthLoading({ entry, resource, freshness }: JudgedCache): boolean {
  if (resource === null || !isReachable(entry, resource.definition)) return false;
  return entry.owner === null || freshness.state !== 'absent';
}
