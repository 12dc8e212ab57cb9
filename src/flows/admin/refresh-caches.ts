/** Refreshes by administrators (CONTRACT 4): of one cache by its key, or of all caches of a resource. */

import { MAX_BULK } from '../../contract/constants.ts';
import { Problem } from '../../contract/problem.ts';
import { isReachable } from '../../core/reachable.ts';
import type { CacheIdentity } from '../../ports/entry.ts';
import type { EnqueueRequest } from '../../ports/object.ts';
import type { EntryRow } from '../../ports/stores.ts';
import type { Task } from '../../ports/task.ts';
import { sideBySide } from '../../side-by-side.ts';
import { demandAvailable } from '../ask-object.ts';
import { refreshCache, refreshOf } from '../load/request-refresh.ts';
import { findResource } from '../read/find-resource.ts';
import type { Services } from '../services.ts';
import { type JudgedCache, judgeCache, judgeCaches, unknownCache } from './judged-caches.ts';
import { walkEntries } from './walk-entries.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'entries' | 'objects' | 'lookup' | 'limits' | 'hold'>;

/** A refresh of one cache by an administrator. */
export interface RefreshByKey {
  key: string;
  /** The administrator, who owns the task. */
  asker: string;
  /** Accept a load that the guard would refuse. */
  force: boolean;
  /** How long the answer may wait for the task to end, ms. */
  waitMs: number;
}

/**
 * Refreshes an existing cache.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `conflict` if its resource has changed so that no request leads to the cache,
 * `rate-limited`, `overloaded`
 */
export async function refreshByKey(
  services: RefreshServices,
  { key, asker, force, waitMs }: RefreshByKey,
  now: number,
): Promise<Task> {
  const cache = await judgeCache(services, key, now);
  if (cache.resource === null) throw unknownCache(key);
  if (!isReachable(cache.entry, cache.resource.definition)) {
    throw new Problem(
      'conflict',
      'The resource has other parameters or another scope now: no request leads to this cache.',
    );
  }
  await services.limits.countLoad(asker, key);
  return refreshCache(services, { cache: identityOf(cache.entry), resource: cache.resource, asker, force, waitMs });
}

/**
 * Starts a refresh of each cache of a resource: at most `limit` a call, starting after the key `after`. No user owns
 * these tasks.
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
  await findResource(services.resources, title, null);
  const { done, next } = await walkEntries(services.entries, { resource: title }, { after, limit, now }, (page) =>
    refreshPage(services, page, now, 'now'),
  );
  return { tasks: done, next };
}

/**
 * Requests a refresh of each cache on a page that is worth loading, and returns their number.
 *
 * @param now ms since the epoch
 * @param since skips caches loaded after this time, ms since the epoch; with `now`, every cache is loaded
 * @param onFailure called for a cache whose object does not answer; without it, such a failure ends the page
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

/** The identity of an entry's cache. */
function identityOf({ key, resource, parameters, owner }: EntryRow): CacheIdentity {
  return { key, resource, parameters, owner };
}

/** Whether the cache is worth loading. A purged private cache is not: its user may have left. */
function isWorthLoading({ entry, resource, freshness }: JudgedCache): boolean {
  if (resource === null || !isReachable(entry, resource.definition)) return false;
  return entry.owner === null || freshness.state !== 'absent';
}
