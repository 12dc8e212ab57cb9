/** Lists caches for administration (CONTRACT 4). */

import type { CacheRecord, CacheState, LastError } from '../../contract/administration.ts';
import { MAX_PAGE, MAX_PAGE_BYTES } from '../../contract/constants.ts';
import { errorFor } from '../../contract/problem.ts';
import { etagOf } from '../../core/etag.ts';
import { lastFailure } from '../../core/freshness.ts';
import { jsonBytes } from '../../core/json.ts';
import { selectionOf } from '../../core/parameters.ts';
import { timestamp } from '../../core/timestamp.ts';
import { warningsOf } from '../../origin/later-rules.ts';
import type { Entry, Parameters } from '../../ports/entry.ts';
import type { EntryFilter } from '../../ports/stores.ts';
import type { Services } from '../services.ts';
import { type JudgedCache, judgeCache, judgeCaches } from './judged-caches.ts';

type ListServices = Pick<Services, 'entries' | 'resources'>;

/** Most pages of entries that one page of a list reads. After that the page is short and has a cursor. */
const MAX_LOOKS = 5;

/** Which caches to list. */
export interface CacheFilter {
  resource?: string | undefined;
  state?: CacheState | undefined;
  /** The user who owns the caches. */
  owner?: string | undefined;
  /** Only caches whose parameters contain these members with these values. */
  parameters?: Parameters | undefined;
}

/**
 * Returns a page in order of key, after the key `after`; `next` is the key to continue after. If parameters are large,
 * the page is short.
 *
 * @param now ms since the epoch
 */
export async function listCaches(
  services: ListServices,
  filter: CacheFilter,
  after: string | null,
  limit: number,
  now: number,
): Promise<{ caches: CacheRecord[]; next: string | null }> {
  const { resource, state, owner, parameters } = filter;
  const stored: EntryFilter = {
    ...(resource === undefined ? {} : { resource }),
    ...(owner === undefined ? {} : { owner }),
    // A changed resource can make stale a cache that its entry calls fresh. The code below finds those.
    ...(state === undefined || state === 'stale' ? {} : { state }),
  };
  // For these filters the store finds exactly the wanted caches.
  const isExact = parameters === undefined && (state === undefined || state === 'failing');
  const isSelected = selectionOf(parameters ?? {});
  const caches: CacheRecord[] = [];
  let next = after;
  let bytes = 0;
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const page = await services.entries.list(stored, next, isExact ? limit : MAX_PAGE, now);
    const selected = page.entries.filter((entry) => isSelected(entry.parameters));
    for (const cache of await judgeCaches(services.resources, selected, now)) {
      if (!isIn(state, cache)) continue;
      if (caches.length === limit || bytes >= MAX_PAGE_BYTES) return { caches, next };
      bytes += jsonBytes(cache.entry.parameters);
      caches.push(recordOf(cache));
      next = cache.entry.key;
    }
    next = page.next;
    if (next === null || caches.length === limit || bytes >= MAX_PAGE_BYTES) break;
  }
  return { caches, next };
}

/** Returns one cache; `now` in ms since the epoch. @throws Problem `not-found` */
export async function readCache(services: ListServices, key: string, now: number): Promise<CacheRecord> {
  return recordOf(await judgeCache(services, key, now));
}

function isIn(state: CacheState | undefined, { entry, freshness }: JudgedCache): boolean {
  if (state === undefined) return true;
  if (state === 'failing') return entry.lastError !== null;
  return (freshness.state === 'fresh') === (state === 'fresh');
}

function recordOf({ entry, resource, freshness }: JudgedCache): CacheRecord {
  const loaded = freshness.state === 'absent' ? null : freshness.loaded;
  return {
    key: entry.key,
    resource_title: entry.resource,
    parameters: entry.parameters,
    owner: entry.owner,
    version: loaded?.version ?? null,
    etag: loaded === null ? null : etagOf(entry.key, loaded.changed),
    bytes: loaded?.bytes ?? null,
    rows: loaded?.rows ?? null,
    loaded: timestamp(loaded?.loadedAt),
    expires: timestamp(freshness.state === 'absent' ? null : freshness.expiresAt),
    read: timestamp(entry.readAt),
    last_task_id: entry.lastTaskId,
    last_error: lastErrorOf(entry),
    failing: failingOf(entry),
    warnings: [...(loaded?.warnings ?? []), ...(resource === null ? [] : warningsOf(resource.definition))],
  };
}

function lastErrorOf(entry: Entry): LastError | null {
  const failure = lastFailure(entry);
  if (failure === null) return null;
  return {
    ...errorFor(failure.error, true),
    at: timestamp(entry.failedAt),
    since: timestamp(entry.failingSince),
    failures: entry.failures ?? null,
    next_try: timestamp(failure.retryAt),
  };
}

function failingOf(entry: Entry): CacheRecord['failing'] {
  const failure = lastFailure(entry);
  if (failure === null) return null;
  return { since: timestamp(entry.failingSince), next_try: timestamp(failure.retryAt) };
}
