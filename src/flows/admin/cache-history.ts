/** The history of one cache, for administration (CONTRACT 4): its kept versions and its tasks. */

import type { VersionRecord } from '../../contract/administration.ts';
import { etagOf } from '../../core/etag.ts';
import { timestamp } from '../../core/timestamp.ts';
import type { Link } from '../../ports/entry.ts';
import type { Task } from '../../ports/task.ts';
import { demandAvailable } from '../ask-object.ts';
import type { Services } from '../services.ts';
import { judgeCache } from './judged-caches.ts';

/**
 * Lists the kept versions that changed the body, newest first; none if the cache holds nothing.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`
 */
export async function listVersions(
  services: Pick<Services, 'entries' | 'resources'>,
  key: string,
  now: number,
): Promise<VersionRecord[]> {
  const { entry, freshness } = await judgeCache(services, key, now);
  if (freshness.state === 'absent') return [];
  return entry.chain.map((link) => recordOf(key, link)).reverse();
}

function recordOf(key: string, { version, fence, rowChanges, deltaBytes, hash }: Link): VersionRecord {
  return {
    version,
    etag: etagOf(key, version),
    // A fence is the time of its claim.
    loaded: timestamp(fence),
    inserted: rowChanges?.inserted ?? null,
    deleted: rowChanges?.deleted ?? null,
    bytes: deltaBytes,
    hash,
  };
}

/**
 * Lists the tasks of a cache, newest first: those that wait or run, then those that ended within 7 days.
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `overloaded`
 */
export async function listTasks(
  services: Pick<Services, 'entries' | 'resources' | 'objects'>,
  key: string,
  limit: number,
  now: number,
): Promise<Task[]> {
  await judgeCache(services, key, now);
  const answer = demandAvailable(await services.objects.tasks(key, limit));
  // An object that lost its rows knows no tasks.
  return answer.outcome === 'found' ? answer.tasks : [];
}
