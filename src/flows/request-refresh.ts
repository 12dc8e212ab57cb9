/** An explicit refresh (CONTRACT 2): one object call, and nothing else where the definition is known in the isolate. */

import type { CacheIdentity, Parameters } from '../contract/entry.ts';
import type { Resource, StoredResource } from '../contract/resource.ts';
import type { Task } from '../contract/task.ts';
import { cacheIdentity } from '../core/cache-key.ts';
import { checkParameters } from '../core/parameters.ts';
import { policyOf } from '../core/task-policy.ts';
import { available } from './available.ts';
import { findResource } from './find-resource.ts';
import type { Services } from './services.ts';
import { waitForTask } from './watch-task.ts';

type RefreshServices = Pick<Services, 'settings' | 'resources' | 'objects' | 'lookup'>;

export interface RefreshRequest {
  /** Who asks; owns the cache of a resource of scope `user`. */
  user: string;
  title: string;
  /** Parameter values as they came. */
  values: Parameters;
  /** How long the answer may be held for the task to end, ms. */
  waitMs: number;
}

/**
 * The task that brings data no older than this request.
 *
 * @throws Problem `not-found`, `invalid-parameters`, `overloaded`
 */
export async function requestRefresh(services: RefreshServices, request: RefreshRequest): Promise<Task> {
  const { user, title, values, waitMs } = request;
  const resource = await findResource(services.resources, title);
  const { definition } = resource;
  const cache = cacheIdentity(title, checkParameters(definition, values), definition.scope === 'user' ? user : null);
  return refreshCache(services, { cache, resource, asker: user, waitMs });
}

export interface CacheRefreshRequest {
  cache: CacheIdentity;
  resource: StoredResource & { definition: Resource };
  /** Whom the task belongs to; null: nobody. */
  asker: string | null;
  /** Accept a load that the guard would refuse. */
  force?: boolean;
  /** How long the answer may be held for the task to end, ms. */
  waitMs: number;
}

/**
 * The same for a cache that is known. The answer is held in the object for as long as that is usual, longer waits here.
 *
 * @throws Problem `overloaded`
 */
export async function refreshCache(
  services: Omit<RefreshServices, 'resources'>,
  { cache, resource, asker, force = false, waitMs }: CacheRefreshRequest,
): Promise<Task> {
  const until = Date.now() + waitMs;
  const heldMs = Math.min(waitMs, services.settings.refreshWaitMs);
  const answer = available(
    await services.objects.enqueue({
      cache,
      number: resource.number,
      policy: policyOf(resource.definition),
      since: 'now',
      asker,
      heedRetryAt: false,
      force,
      refreshMinMs: resource.definition.refresh_min_s * 1000,
      waitMs: heldMs,
    }),
  );
  if (answer.outcome !== 'task') throw new Error(`An explicit refresh was answered "${answer.outcome}".`);
  if (answer.entry !== null) await services.lookup.put(answer.entry);
  if (waitMs === heldMs) return answer.task;
  return waitForTask(services, answer.task, until);
}
