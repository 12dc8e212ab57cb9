/** Table `sync_records`: what each device was last given of each cache. */

import type { SyncRecord } from '../contract/messages.ts';
import type { SyncFilter, SyncPlace, SyncRecords } from '../contract/stores.ts';
import { moveWalk, readWalk } from './walks.ts';

/** The primary key, which is also the order of lists. */
const KEY = ['user', 'device', 'resource', 'key'] as const;
const COLUMNS = `${KEY.join(', ')}, synced_at AS syncedAt, version, changed`;

const PUT = `
  INSERT INTO sync_records (user, device, resource, key, synced_at, version, changed)
  SELECT value ->> 'user', value ->> 'device', value ->> 'resource', value ->> 'key',
    value ->> 'syncedAt', value ->> 'version', value ->> 'changed'
  FROM json_each(?1) WHERE true
  ON CONFLICT (user, device, resource, key) DO UPDATE
  SET synced_at = excluded.synced_at, version = excluded.version, changed = excluded.changed
  WHERE (excluded.synced_at, excluded.version) > (synced_at, version)`;

const WALK = 'drop-old-sync-records';

// A device may have synchronised since its record was read.
const DROP = `
  DELETE FROM sync_records WHERE (${KEY.join(', ')}, synced_at, version) IN (
    SELECT value ->> 'user', value ->> 'device', value ->> 'resource', value ->> 'key',
      value ->> 'syncedAt', value ->> 'version'
    FROM json_each(?1))`;

type PrimaryKey = [user: string, device: string, resource: string, key: string];

/** The records of one database. */
export interface SyncShard extends SyncRecords {
  /** Drops records that are still as they were read. */
  drop(records: readonly SyncRecord[]): Promise<void>;
}

/** The records of a database. Every call throws what D1 throws. */
export function d1SyncRecords(db: D1Database): SyncShard {
  const dropping = (records: readonly SyncRecord[]) => db.prepare(DROP).bind(JSON.stringify(records));

  async function list(filter: SyncFilter, after: SyncPlace | null, limit: number): Promise<SyncRecord[]> {
    const { sql, values } = page(filter, after);
    const { results } = await db
      .prepare(`SELECT ${COLUMNS} FROM sync_records ${sql} LIMIT ?`)
      .bind(...values, limit)
      .all<SyncRecord>();
    return results;
  }

  return {
    list,

    async put(records) {
      if (records.length > 0) await db.prepare(PUT).bind(JSON.stringify(records)).run();
    },

    async remove(user, device, limit) {
      const range = device === null ? 'user = ?' : 'user = ? AND device = ?';
      const { meta } = await db
        .prepare(
          `DELETE FROM sync_records WHERE (${KEY.join(', ')}) IN
          (SELECT ${KEY.join(', ')} FROM sync_records WHERE ${range} LIMIT ?)`,
        )
        .bind(user, ...(device === null ? [] : [device]), limit)
        .run();
      return meta.changes;
    },

    async drop(records) {
      if (records.length > 0) await dropping(records).run();
    },

    async dropOld(before, limit) {
      const [user, device, resource, key] = (await readWalk<PrimaryKey>(db, WALK)) ?? ['', '', '', ''];
      const records = await list({ user: null }, { user, device, resource, key }, limit);
      const last = records.length < limit ? undefined : records.at(-1);
      await db.batch([
        dropping(records.filter(({ syncedAt }) => syncedAt < before)),
        moveWalk(db, WALK, last === undefined ? null : primaryKeyOf(last)),
      ]);
    },
  };
}

function primaryKeyOf({ user, device, resource, key }: SyncPlace): PrimaryKey {
  return [user, device, resource, key];
}

/**
 * Conditions and order of a page. What the filter fixes stands first in some index or the primary key, the rest of the
 * primary key follows there in order: so any page is one range of an index. Only a device's records of all users in one
 * resource are picked from those of all resources: few, and not worth an index.
 */
function page(filter: SyncFilter, after: SyncPlace | null): { sql: string; values: string[] } {
  const fixed = { user: filter.user ?? undefined, device: filter.device, resource: filter.resource, key: undefined };
  const picked = fixed.user === undefined && fixed.device !== undefined ? fixed.resource : undefined;
  const free = KEY.filter((column) => fixed[column] === undefined || (column === 'resource' && picked !== undefined));
  const conditions: string[] = [];
  const values: string[] = [];
  for (const column of KEY) {
    const value = fixed[column];
    if (value === undefined) continue;
    // The plus keeps SQLite from looking for an index by it.
    conditions.push(free.includes(column) ? `+${column} = ?` : `${column} = ?`);
    values.push(value);
  }
  conditions.push(`(${free.join(', ')}) > (${free.map(() => '?').join(', ')})`);
  // No member of a record is empty, so the empty texts stand before all of them.
  values.push(...free.map((column) => after?.[column] ?? ''));
  return { sql: `WHERE ${conditions.join(' AND ')} ORDER BY ${free.join(', ')}`, values };
}
