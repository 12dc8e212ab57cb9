/** Sync records for tests. */
import type { SyncRecord } from '../../src/ports/messages.ts';
import type { SyncFilter, SyncPlace, SyncRecords } from '../../src/ports/sync-store.ts';
import { unique } from './entries.ts';

/** A record of a new cache. */
export function sampleRecord(more: Partial<SyncRecord> = {}): SyncRecord {
  return {
    user: 'ada',
    device: 'tablet',
    resource: 'sales',
    key: unique('key'),
    syncedAt: 1_000_000,
    version: 3,
    changed: 2,
    ...more,
  };
}

/** The first `limit` records after a place, read in as many pages as needed. */
export async function listed(
  store: Pick<SyncRecords, 'list'>,
  filter: SyncFilter,
  after: SyncPlace | null,
  limit: number,
): Promise<SyncRecord[]> {
  const found: SyncRecord[] = [];
  for (let place = after; ; ) {
    const { records, next } = await store.list(filter, place, limit - found.length);
    found.push(...records);
    if (next === null || found.length === limit) return found;
    place = next;
  }
}
