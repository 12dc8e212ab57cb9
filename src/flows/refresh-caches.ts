/** Refreshes asked for by administration (CONTRACT 4): of one cache by its key, of all caches of a resource. */

import { MAX_BULK } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import type { Task } from '../contract/task.ts';
import { isCacheKey } from '../core/cache-key.ts';
import { isReachable, type StandingCache, standingsOf } from './cache-standing.ts';
import { findResource } from './find-resource.ts';
import { unknownCache } from './list-caches.ts';
import { BULK_WIDTH } from './purge-caches.ts';
import { refreshCache } from './request-refresh.ts';
import type { Services } from './services.ts';
import { sideBySide } from './side-by-side.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'entries' | 'objects' | 'lookup'>;

/** Most pages of entries that one call walks. */
const MAX_WALKED_PAGES = 10;

export interface RefreshByKey {
  key: string;
  /** The admin, whose task it is. */
  asker: string;
  /** Accept a load that the guard would refuse. */
  force: boolean;
  /** How long the answer may be held for the task to end, ms. */
  waitMs: number;
}

/**
 * Refreshes a cache that exists.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `conflict` when its resource has changed so that no request leads to it, `overloaded`
 */
export async function refreshByKey(
  services: RefreshServices,
  { key, asker, force, waitMs }: RefreshByKey,
  now: number,
): Promise<Task> {
  const entry = isCacheKey(key) ? await services.entries.find(key) : null;
  const [cache] = entry === null ? [] : await standingsOf(services.resources, [entry], now);
  if (cache?.resource == null) throw unknownCache(key);
  if (!isReachable(cache.entry, cache.resource.definition)) {
    throw new Problem(
      'conflict',
      'The resource has other parameters or another scope now: no request leads to this cache.',
    );
  }
  return refreshCache(services, { cache: identityOf(cache), resource: cache.resource, asker, force, waitMs });
}

/**
 * Starts a refresh of each cache of a resource, at most `limit` a call, after the key `after`. The tasks are nobody's.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `overloaded`
 */
export async function refreshAll(
  services: RefreshServices,
  title: string,
  after: string | null,
  now: number,
  limit = MAX_BULK,
): Promise<{ tasks: number; next: string | null }> {
  await findResource(services.resources, title);
  let tasks = 0;
  let next = after;
  for (let pages = 0; pages < MAX_WALKED_PAGES && tasks < limit; pages++) {
    const page = await services.entries.list({ resource: title }, next, limit - tasks, now);
    const caches = (await standingsOf(services.resources, page.entries, now)).filter(isWorthLoading);
    await sideBySide(caches, BULK_WIDTH, async (cache) => {
      if (cache.resource === null) return;
      await refreshCache(services, { cache: identityOf(cache), resource: cache.resource, asker: null, waitMs: 0 });
    });
    tasks += caches.length;
    next = page.next;
    if (next === null) break;
  }
  return { tasks, next };
}

/** A private cache that was purged is left alone: its user may have gone. */
function isWorthLoading({ entry, resource, standing }: StandingCache): boolean {
  if (resource === null || !isReachable(entry, resource.definition)) return false;
  return entry.owner === null || standing.state !== 'absent';
}

function identityOf({ entry: { key, resource, parameters, owner } }: StandingCache) {
  return { key, resource, parameters, owner };
}
