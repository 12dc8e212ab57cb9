/** The stores in D1, over as many databases as the settings say. With one database, its plain stores are used. */

import type { ResourceCounts } from '../contract/resource-counts.ts';
import type { Sources } from '../contract/source.ts';
import type { Shards } from '../core/shards.ts';
import type { Entries, Resources } from '../ports/stores.ts';
import type { SyncRecords } from '../ports/sync-store.ts';
import { databaseName } from '../settings.ts';
import { d1Entries } from './entries.ts';
import { d1ResourceCounts } from './resource-counts.ts';
import { markedResources } from './resource-marks.ts';
import { d1Resources } from './resources.ts';
import { shardedEntries } from './sharded-entries.ts';
import { shardedSyncRecords } from './sharded-sync-records.ts';
import { d1Sources } from './sources.ts';
import { d1SyncRecords, type SyncRecordOptions } from './sync-records.ts';

/** @param shards ENTRY_SHARDS, checked */
export function entriesIn(env: Pick<Env, 'DB'>, shards: Shards): Entries {
  return countOf(shards) === 1 ? d1Entries(env.DB) : shardedEntries(databasesOf(env, countOf(shards)), shards);
}

/** @param shards ENTRY_SHARDS, checked: the marks of resources are in the same databases as the entries */
export function resourcesIn(env: Pick<Env, 'DB'>, shards: Shards): Resources {
  return countOf(shards) === 1 ? d1Resources(env.DB) : markedResources(databasesOf(env, countOf(shards)));
}

/** @param shards ENTRY_SHARDS, checked: a change of a source is also a change of its resources */
export function sourcesIn(env: Pick<Env, 'DB'>, shards: Shards): Sources {
  return d1Sources(databasesOf(env, countOf(shards)));
}

/** @param shards ENTRY_SHARDS, checked: each database counts its own entries */
export function resourceCountsIn(env: Pick<Env, 'DB'>, shards: Shards): ResourceCounts {
  return d1ResourceCounts(databasesOf(env, countOf(shards)));
}

/** @param shards SYNC_SHARDS, checked */
export function syncRecordsIn(env: Pick<Env, 'DB'>, shards: Shards, options: SyncRecordOptions = {}): SyncRecords {
  return countOf(shards) === 1
    ? d1SyncRecords(env.DB, options)
    : shardedSyncRecords(databasesOf(env, countOf(shards)), shards, options);
}

function countOf({ now, before }: Shards): number {
  return Math.max(now, before);
}

function databasesOf(env: object, count: number): D1Database[] {
  const bindings = env as { readonly [name: string]: D1Database };
  return Array.from({ length: count }, (_database, shard) => bindings[databaseName(shard)] as D1Database);
}
