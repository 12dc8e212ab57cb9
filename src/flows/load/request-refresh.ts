/** An explicit refresh (CONTRACT 2): one object call, and nothing else where the definition is known in the isolate. */

import type { Reader } from '../../contract/identity.ts';
import type { DefinedResource } from '../../contract/resource.ts';
import { cacheFor } from '../../core/cache-key.ts';
import { checkParameters } from '../../core/parameters.ts';
import { policyOf } from '../../core/task-policy.ts';
import type { CacheIdentity, Parameters } from '../../ports/entry.ts';
import type { EnqueueRequest } from '../../ports/object.ts';
import type { Task } from '../../ports/task.ts';
import { demandAvailable } from '../demand-available.ts';
import { waitForTask } from '../live/watch-task.ts';
import { findResource } from '../read/find-resource.ts';
import type { Services } from '../services.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'objects' | 'lookup' | 'limits' | 'hold'>;

type AskServices = Omit<RefreshServices, 'resources' | 'limits'>;

/** A refresh as a user asks for it. */
export interface RefreshRequest {
  /** Who asks; owns the cache of a resource of scope `user`. */
  user: string;
  /** What decides whether the resource is open to them. */
  reader: Reader;
  title: string;
  /** Parameter values as they came. */
  values: Parameters;
  /** How long the answer may be held for the task to end, ms. */
  waitMs: number;
}

/**
 * The task that brings data no older than this request. A cache that nobody had before costs a second object call: only the object
 * knows which are there, and it makes none beyond the limit of the user.
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

/** A refresh of a cache that is known. */
export interface CacheRefreshRequest {
  cache: CacheIdentity;
  resource: DefinedResource;
  /** Whom the task belongs to, and who waits for it. */
  asker: string;
  /** Accept a load that the guard would refuse. */
  force?: boolean;
  /** How long the answer may be held for the task to end, ms. */
  waitMs: number;
}

/**
 * The same for a cache that is known, without limits. The answer is held in the object for as long as that is usual,
 * longer waits here; without room to hold it, it comes at once.
 *
 * @throws Problem `overloaded`
 */
export async function refreshCache(services: AskServices, request: CacheRefreshRequest): Promise<Task> {
  const task = await askForRefresh(services, request, false);
  if (task === null) throw new Error('A refresh of whatever cache was answered "unknown".');
  return task;
}

/** `onlyKnown`: null, and nothing is made, where nobody had the cache before. */
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
 * What the object of a cache is asked for a refresh that is nobody's and not waited for.
 *
 * @param since data that was fetched after it will do, ms since the epoch; `now`: only what is fetched from now on
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
