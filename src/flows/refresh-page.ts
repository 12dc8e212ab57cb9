/** Refreshes of many caches, which belong to nobody: those of a resource that administration or a schedule refreshes. */

import type { CacheIdentity } from '../contract/entry.ts';
import type { EntryRow } from '../contract/stores.ts';
import { isReachable } from '../core/reachable.ts';
import { type StandingCache, standingsOf } from './cache-standing.ts';
import { refreshCache } from './request-refresh.ts';
import type { Services } from './services.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * Starts a refresh of each cache on a page that is worth it; how many those are.
 *
 * @param now ms since the epoch
 * @param onFailure is told of a cache whose object does not answer; without it, that ends the page
 * @throws Problem `overloaded`
 */
export async function refreshPage(
  services: Pick<Services, 'settings' | 'resources' | 'objects' | 'lookup' | 'hold'>,
  page: readonly EntryRow[],
  now: number,
  onFailure?: (key: string, error: unknown) => void,
): Promise<number> {
  const caches = (await standingsOf(services.resources, page, now)).filter(isWorthLoading);
  await sideBySide(caches, async ({ entry, resource }) => {
    if (resource === null) return;
    try {
      await refreshCache(services, { cache: identityOf(entry), resource, asker: null, waitMs: 0 });
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
function isWorthLoading({ entry, resource, standing }: StandingCache): boolean {
  if (resource === null || !isReachable(entry, resource.definition)) return false;
  return entry.owner === null || standing.state !== 'absent';
}
