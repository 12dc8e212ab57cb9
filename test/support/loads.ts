/** Requests to the cache object with typical values, as a Worker and a consumer would send them. */

import { taskError } from '../../src/contract/problem.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import type { CacheIdentity } from '../../src/ports/entry.ts';
import type { CommitRequest, EnqueueRequest, FailRequest, Lease, LoadChange } from '../../src/ports/object.ts';

/** A shared cache that no other test uses. */
export function newCache(resource = 'sales', owner: string | null = null): CacheIdentity {
  return cacheIdentity(resource, { of: crypto.randomUUID() }, owner);
}

export function refreshOf(cache: CacheIdentity, more: Partial<EnqueueRequest> = {}): EnqueueRequest {
  return {
    cache,
    number: 1,
    policy: { timeoutMs: 30_000, maxAttempts: 3, backoffMs: 2_000, errorTtlMs: 30_000 },
    since: 'now',
    asker: 'ann',
    heedRetryAt: false,
    waitMs: 0,
    ...more,
  };
}

export function readOf(cache: CacheIdentity, since: number, more: Partial<EnqueueRequest> = {}): EnqueueRequest {
  return refreshOf(cache, { since, asker: null, heedRetryAt: true, ...more });
}

export function changeOf(more: Partial<LoadChange> = {}): LoadChange {
  return {
    contentType: 'application/json',
    bytes: 100,
    mapBytes: 20,
    rows: 2,
    hash: 'h'.repeat(64),
    digest: 'd'.repeat(64),
    nextRowId: 3,
    deltaBytes: null,
    ...more,
  };
}

/** The part of a lease that a consumer names. */
type Held = Pick<Lease, 'taskId' | 'fence'>;

export function commitOf({ taskId, fence }: Held, more: Partial<CommitRequest> = {}): CommitRequest {
  return {
    taskId,
    fence,
    number: 1,
    ttlMs: 60_000,
    retainVersions: 3,
    originEtag: null,
    originLastModified: null,
    change: changeOf(),
    ...more,
  };
}

export function failureOf({ taskId, fence }: Held, more: Partial<FailRequest> = {}): FailRequest {
  const error = taskError('origin-status', 'The origin answered 503.');
  return { taskId, fence, error, retryable: true, retryAfterMs: null, ...more };
}
