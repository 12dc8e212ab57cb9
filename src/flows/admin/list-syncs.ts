/**
 * Which versions devices were last given (CONTRACT 2). Takes one read of D1, one more for the current versions of those
 * caches, and one for resources that the isolate does not know. Leaves out resources that are closed to the reader.
 */

import type { Reader } from '../../contract/identity.ts';
import type { Entry } from '../../ports/entry.ts';
import type { SyncRecord } from '../../ports/messages.ts';
import type { SyncFilter, SyncPlace } from '../../ports/sync-store.ts';
import { closedTitles } from '../read/find-resource.ts';
import type { Services } from '../services.ts';
import { judgeCaches } from './judged-caches.ts';

/** Which page of which records. */
export interface SyncListRequest {
  filter: SyncFilter;
  /** The place after which the page starts; null: the start. */
  after: SyncPlace | null;
  /** Most records on the page. */
  limit: number;
  /** Also look up the current versions. */
  withCurrent: boolean;
  /** Who reads the list; null: records of all resources are included. */
  reader: Reader | null;
}

/** A record, with the current state of its cache. */
export interface ListedSync {
  record: SyncRecord;
  /** The current entry of the cache; null if nothing is known or it was not requested. */
  entry: Entry | null;
}

/** Current entries by key, and the keys without a result because their rows are too large for one page. */
interface Current {
  current: ReadonlyMap<string, Entry>;
  unread: ReadonlySet<string>;
}
const NOTHING_ASKED: Current = { current: new Map(), unread: new Set() };

/**
 * Returns a page in order of user, device, resource and cache; `next` is the place that the next page starts after. The
 * page is short if parameters are large and the current state is requested, if records of closed resources were left
 * out, or if it lists a resource that only a few of many devices have.
 */
export async function listSyncs(
  services: Pick<Services, 'syncRecords' | 'entries' | 'resources'>,
  { filter, after, limit, withCurrent, reader }: SyncListRequest,
): Promise<{ syncs: ListedSync[]; next: SyncPlace | null }> {
  const { records: asked, next } = await services.syncRecords.list(filter, after, limit);
  const { current, unread } = withCurrent ? await currentOf(services, asked) : NOTHING_ASKED;
  const end = asked.findIndex(({ key }) => unread.has(key));
  const page = end < 0 ? asked : asked.slice(0, end);
  const open = reader === null ? page : await openOf(services, page, reader);
  return {
    syncs: open.map((record) => ({ record, entry: current.get(record.key) ?? null })),
    next: end < 0 ? next : (page.at(-1) ?? null),
  };
}

async function openOf(
  { resources }: Pick<Services, 'resources'>,
  records: readonly SyncRecord[],
  reader: Reader,
): Promise<readonly SyncRecord[]> {
  const titles = records.map(({ resource }) => resource);
  const closed = await closedTitles(resources, titles, reader);
  return records.filter(({ resource }) => !closed.has(resource));
}

async function currentOf(
  { entries, resources }: Pick<Services, 'entries' | 'resources'>,
  records: readonly SyncRecord[],
): Promise<Current> {
  const found = await entries.findAll([...new Set(records.map(({ key }) => key))]);
  const caches = await judgeCaches(resources, found.entries, Date.now());
  const current = new Map<string, Entry>(
    caches.map(({ entry, freshness }) => [
      entry.key,
      freshness.state === 'absent' ? { ...entry, loaded: null } : entry,
    ]),
  );
  return { current, unread: new Set(found.unread) };
}
