/** An explicit refresh (CONTRACT 2): one object call, and nothing else if the isolate knows the definition. */

import type { Reader } from '../../contract/identity.ts';
import type { DefinedResource } from '../../contract/resource.ts';
import { cacheFor } from '../../core/cache-key.ts';
import { checkParameters } from '../../core/parameters.ts';
import { policyOf } from '../../core/task-policy.ts';
import type { CacheIdentity, Parameters } from '../../ports/entry.ts';
import type { EnqueueRequest } from '../../ports/object.ts';
import type { Task } from '../../ports/task.ts';
import { demandAvailable } from '../ask-object.ts';
import { waitForTask } from '../live/watch-task.ts';
import { findResource } from '../read/find-resource.ts';
import type { Services } from '../services.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'objects' | 'lookup' | 'limits' | 'hold'>;

type AskServices = Omit<RefreshServices, 'resources' | 'limits'>;

/** A refresh that a user requests. */
export interface RefreshRequest {
  /** The caller, who owns the cache of a resource with scope `user`. */
  user: string;
  /** Decides whether the resource is open to the caller. */
  reader: Reader;
  title: string;
  /** Parameter values as received. */
  values: Parameters;
  /** How long the answer may wait for the task to end, ms. */
  waitMs: number;
}

/**
 * Returns the task that brings data at least as new as this request. A cache that did not exist before costs a second
 * object call: only the object knows which caches exist, and it creates none beyond the limit of the user.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `rate-limited`, `overloaded`
 */
export async function requestRefresh(services: RefreshServices, request: RefreshRequest): Promise<Task> {
  const { user, reader, title, values, waitMs } = request;
  const resource = await findResource(services.resources, title, reader);
  const { definition } = resource;
  const cache = cacheFor(user, title, definition, checkParameters(definition, values));
  await services.limits.countLoad(user, cache.key);
  const asked: CacheRefreshRequest = { cache, resource, asker: user, waitMs };
  if (services.settings.rateLimits) {
    const task = await askForRefresh(services, asked, true);
    if (task !== null) return task;
    await services.limits.countNewCache(user);
  }
  return refreshCache(services, asked);
}

/** A refresh of a known cache. */
export interface CacheRefreshRequest {
  cache: CacheIdentity;
  resource: DefinedResource;
  /** The user who owns the task and waits for it. */
  asker: string;
  /** Accept a load that the guard would refuse. */
  force?: boolean;
  /** How long the answer may wait for the task to end, ms. */
  waitMs: number;
}

/**
 * Same for a known cache, without limits. The object holds the answer for the usual time; a longer wait takes place
 * here. Without room to hold the request, the answer comes at once.
 *
 * @throws Problem `overloaded`
 */
export async function refreshCache(services: AskServices, request: CacheRefreshRequest): Promise<Task> {
  const task = await askForRefresh(services, request, false);
  if (task === null) throw new Error('A refresh of whatever cache was answered "unknown".');
  return task;
}

/** `onlyKnown`: returns null and creates nothing if the cache did not exist before. */
async function askForRefresh(
  services: AskServices,
  { cache, resource, asker, force = false, waitMs }: CacheRefreshRequest,
  onlyKnown: boolean,
): Promise<Task | null> {
  const until = Date.now() + waitMs;
  const hold = waitMs <= 0 ? null : services.hold({ user: asker, kind: 'load', until });
  const heldMs = hold === null ? 0 : Math.min(waitMs, services.settings.refreshWaitMs);
  const request = { ...refreshOf(cache, resource, 'now'), asker, force, onlyKnown, waitMs: heldMs };
  const answer = demandAvailable(await services.objects.enqueue(request).finally(() => hold?.release()));
  if (answer.outcome === 'unknown') return null;
  if (answer.outcome !== 'task') throw new Error(`An explicit refresh was answered "${answer.outcome}".`);
  if (answer.entry !== null) await services.lookup.put(answer.entry);
  if (hold === null || waitMs === heldMs) return answer.task;
  return waitForTask(services, answer.task, asker, until);
}

/**
 * The request to a cache's object for a refresh that no user owns or waits for.
 *
 * @param since data fetched after this time is new enough, ms since the epoch; with `now`, only data fetched from now
 * on
 */
export function refreshOf(
  cache: CacheIdentity,
  { number, definition, source }: DefinedResource,
  since: EnqueueRequest['since'],
): EnqueueRequest {
  return {
    cache,
    number,
    policy: policyOf(definition, source),
    since,
    asker: null,
    heedRetryAt: false,
    refreshMinMs: definition.refresh_min_s * 1000,
    waitMs: 0,
  };
}
