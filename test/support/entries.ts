/** Entries for tests: like those that an object writes. */

import { cacheIdentity } from '../../src/core/cache-key.ts';
import type { Entry, Loaded } from '../../src/ports/entry.ts';

/** A name that no other test uses. */
export function unique(prefix: string): string {
  return `${prefix}-${crypto.randomUUID()}`;
}

export function sampleLoaded(version: number, more: Partial<Loaded> = {}): Loaded {
  return {
    version,
    changed: version,
    fence: version,
    contentType: 'application/json',
    bytes: 1000,
    mapBytes: 22,
    rows: 1,
    hash: 'f'.repeat(64),
    loadedAt: 1_000_000,
    changedAt: 1_000_000,
    expiresAt: 2_000_000,
    ...more,
  };
}

/** An entry of a new cache, loaded once; its revision equals its version unless told otherwise. */
export function sampleEntry(more: Partial<Entry> = {}): Entry {
  const resource = more.resource ?? unique('resource');
  const loaded = more.loaded === undefined ? sampleLoaded(more.revision ?? 1) : more.loaded;
  return {
    ...cacheIdentity(resource, { id: crypto.randomUUID() }, more.owner ?? null),
    number: 100,
    revision: 1,
    chain:
      loaded === null ? [] : [{ version: loaded.changed, fence: loaded.fence, deltaBytes: null, hash: loaded.hash }],
    retryAt: null,
    lastError: null,
    lastTaskId: null,
    ...more,
    resource,
    loaded,
  };
}
