/**
 * The artificial fleet whose records and entries fill D1. A user has 4 devices and 100 caches, one of each resource,
 * and a device has 25 of them. So a larger fleet has more users, and more caches of each resource, but not more per
 * user. Half of the resources are private. One cache in 10 is stale; for one in 1,000, the last load failed.
 */

import { taskError } from '../../../src/contract/problem.ts';
import { cacheIdentity } from '../../../src/core/cache-key.ts';
import type { CacheIdentity, Entry } from '../../../src/ports/entry.ts';
import type { SyncRecord } from '../../../src/ports/messages.ts';

export const RESOURCES = 100;
export const CACHES_PER_USER = RESOURCES;
export const DEVICES_PER_USER = 4;
const CACHES_PER_DEVICE = CACHES_PER_USER / DEVICES_PER_USER;
const FIRST_PRIVATE = RESOURCES / 2;

/** Two more resources, with the same number of caches in any fleet: one with a schedule, one whose caches are swept. */
export const SCHEDULED = 'scheduled';
export const SWEPT = 'swept';
export const FIXED_CACHES = 40;

/** Last version of each cache, and the last version that changed its body. */
const VERSION = 5;
export const CHANGED = 4;
const HASH = 'f'.repeat(64);

export function titleOf(resource: number): string {
  return `resource-${String(resource).padStart(2, '0')}`;
}

export function userOf(user: number): string {
  return `user-${String(user).padStart(6, '0')}`;
}

export function deviceOf(user: number, device: number): string {
  return `${userOf(user)}-device-${device}`;
}

/** A cache by its number: user `n / 100`, resource `n % 100`. */
export function cacheOf(n: number): CacheIdentity {
  const resource = n % RESOURCES;
  const owner = resource < FIRST_PRIVATE ? null : userOf(Math.floor(n / CACHES_PER_USER));
  return cacheIdentity(titleOf(resource), { n }, owner);
}

/** Whether the cache has expired. */
export function isStale(n: number): boolean {
  return mixed(n) % 10 === 3;
}

/** A number that depends on neither the resource nor the user of the cache. */
function mixed(n: number): number {
  return Math.floor(n / CACHES_PER_USER) * 31 + (n % CACHES_PER_USER) * 17;
}

/** The record of a cache that the user's device was given. */
export function recordOf(n: number, syncedAt: number): SyncRecord {
  const user = Math.floor(n / CACHES_PER_USER);
  const device = Math.floor((n % CACHES_PER_USER) / CACHES_PER_DEVICE);
  const { key, resource } = cacheOf(n);
  const versions = { version: VERSION, changed: CHANGED };
  return { user: userOf(user), device: deviceOf(user, device), resource, key, syncedAt, ...versions };
}

/**
 * The entry of a cache, loaded with a definition number. Its revision is lower than all that its object will write,
 * since the object does not know the cache.
 */
export function entryOf(n: number, cache: CacheIdentity, number: number, now: number): Entry {
  const isFailing = mixed(n) % 1000 === 0;
  const expiresAt = isStale(n) ? now - 60_000 : now + 86_400_000;
  const times = { loadedAt: now, changedAt: now, expiresAt };
  const sizes = { bytes: 40_000, mapBytes: 8800, rows: 400 };
  const link = (version: number) => ({ version, fence: version, deltaBytes: 900, hash: HASH });
  return {
    ...cache,
    number,
    revision: 0,
    loaded: {
      version: VERSION,
      changed: CHANGED,
      fence: CHANGED,
      contentType: 'application/json',
      ...sizes,
      hash: HASH,
      ...times,
    },
    chain: [link(1), link(2), link(CHANGED)],
    retryAt: null,
    lastError: isFailing ? taskError('origin-status', 'The origin answered with status 500.') : null,
    lastTaskId: null,
  };
}
