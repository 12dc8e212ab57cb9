/** Sync records for tests. */
import type { SyncRecord } from '../../src/contract/messages.ts';
import { unique } from './entries.ts';

/** A record of a cache of its own. */
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
