/**
 * What devices were last given (CONTRACT 2): one read of D1, one more for what is current of those caches,
 * and one for resources that the isolate does not know. What is closed to the reader is left out.
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
  /** The place after which the page begins; null: the start. */
  after: SyncPlace | null;
  /** Most records of the page. */
  limit: number;
  /** Look up what is current, too. */
  withCurrent: boolean;
  /** Whose list it is; null: records of all resources are shown. */
  reader: Reader | null;
}

/** A record, with what is current of its cache. */
export interface ListedSync {
  record: SyncRecord;
  /** What is current of the cache; null where nothing is known of it, or where it was not asked for. */
  entry: Entry | null;
}

/** What is current of caches, by key, and of which it is not known: their rows have too many bytes for one page. */
interface Current {
  current: ReadonlyMap<string, Entry>;
  unread: ReadonlySet<string>;
}
const NOTHING_ASKED: Current = { current: new Map(), unread: new Set() };

/**
 * A page in order of user, device, resource and cache; `next` is the place that the next page begins after. With what is current,
 * a page of large parameters is short; so is one where records of resources that are closed to the reader were left out, and one of
 * a resource that few of all devices have.
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
