/** Refreshes asked for by administration (CONTRACT 4): of one cache by its key, of all caches of a resource. */

import { MAX_BULK } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import type { Task } from '../contract/task.ts';
import { isReachable } from '../core/reachable.ts';
import { findResource } from './find-resource.ts';
import { judgeCache, unknownCache } from './judged-caches.ts';
import { identityOf, refreshPage } from './refresh-page.ts';
import { refreshCache } from './request-refresh.ts';
import type { Services } from './services.ts';
import { walkEntries } from './walk-entries.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'entries' | 'objects' | 'lookup' | 'limits' | 'hold'>;

/** A refresh of one cache, by an admin. */
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
 * @throws Problem `not-found`, `conflict` when its resource has changed so that no request leads to it, `rate-limited`, `overloaded`
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
  await findResource(services.resources, title, null);
  const { done, next } = await walkEntries(services.entries, { resource: title }, { after, limit, now }, (page) =>
    refreshPage(services, page, now, 'now'),
  );
  return { tasks: done, next };
}
