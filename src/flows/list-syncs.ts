/** What devices were last given (CONTRACT 2): one read of D1, and one more for what is current of those caches. */

import type { Entry } from '../contract/entry.ts';
import type { SyncRecord } from '../contract/messages.ts';
import type { ResourceMark, SyncFilter, SyncPlace } from '../contract/stores.ts';
import type { Services } from './services.ts';

export interface SyncListRequest {
  filter: SyncFilter;
  /** The place after which the page begins; null: the start. */
  after: SyncPlace | null;
  /** Most records of the page. */
  limit: number;
  /** Look up what is current, too. */
  withCurrent: boolean;
}

export interface ListedSync {
  record: SyncRecord;
  /** What is current of the cache; null where nothing is known of it, or where it was not asked for. */
  entry: Entry | null;
}

/** A page in order of user, device, resource and cache; `next` is the place that the next page begins after. */
export async function listSyncs(
  services: Pick<Services, 'syncRecords' | 'entries'>,
  { filter, after, limit, withCurrent }: SyncListRequest,
): Promise<{ syncs: ListedSync[]; next: SyncPlace | null }> {
  // One more than the page holds tells whether there is a next one.
  const found = await services.syncRecords.list(filter, after, limit + 1);
  const page = found.slice(0, limit);
  const current = withCurrent ? await currentOf(services, page) : new Map<string, Entry>();
  return {
    syncs: page.map((record) => ({ record, entry: current.get(record.key) ?? null })),
    next: found.length > limit ? (page.at(-1) ?? null) : null,
  };
}

async function currentOf(
  { entries }: Pick<Services, 'entries'>,
  records: readonly SyncRecord[],
): Promise<Map<string, Entry>> {
  const keys = [...new Set(records.map(({ key }) => key))];
  const found = keys.length === 0 ? [] : await entries.findAll(keys);
  return new Map(
    found.map(({ entry, mark }) => [entry.key, isAbsent(entry, mark) ? { ...entry, loaded: null } : entry]),
  );
}

/** Whether what is loaded counts as absent: its resource was deleted or, since that load, purged. */
function isAbsent(entry: Entry, mark: ResourceMark | null): boolean {
  return mark === null || mark.deleted || entry.number < mark.purged;
}

/**
 * Whether a device lacks a newer version: another body, as its ETag tells, not merely a later load of the same one. Of a
 * cache that was purged or deleted every version is out of date.
 */
export function isStale({ record, entry }: ListedSync): boolean {
  return entry === null || entry.loaded === null || entry.loaded.changed > record.changed;
}
