/**
 * Table `sync_records`, one row per device and cache, as earlier releases wrote it. It is read in addition to table
 * `devices` until the cron has moved all rows there. A later release will drop it, and this file.
 */

import { recordId } from '../core/sync-records.ts';
import type { SyncRecord } from '../ports/messages.ts';
import type { Noted, SyncFilter, SyncPlace } from '../ports/sync-store.ts';

/** The primary key, which is also the order of lists. */
const KEY = ['user', 'device', 'resource', 'key'] as const;
const COLUMNS = `${KEY.join(', ')}, synced_at AS syncedAt, version, changed`;

/** Records per page, and pages per step, that are moved. */
const MOVED_RECORDS = 1000;
const MOVED_PAGES = 10;

// A consumer of an older release may have written the record since it was read.
const DROP = `
  DELETE FROM sync_records WHERE (${KEY.join(', ')}, synced_at, version) IN (
    SELECT value ->> 'user', value ->> 'device', value ->> 'resource', value ->> 'key',
      value ->> 'syncedAt', value ->> 'version'
    FROM json_each(?1))`;

/** Part of a statement, with its bound values. */
export interface Fragment {
  sql: string;
  values: (string | number)[];
}

/** Moves records to the place where `put` notes them, and deletes those that have not changed since they were read. */
export async function moveFormer(
  db: D1Database,
  filter: SyncFilter,
  put: (records: readonly SyncRecord[]) => Promise<Noted>,
): Promise<void> {
  let after: SyncPlace | null = null;
  for (let pages = 0; pages < MOVED_PAGES; pages++) {
    const { sql, values } = formerPage(filter, after, MOVED_RECORDS);
    const { results: records } = await db
      .prepare(sql)
      .bind(...values)
      .all<SyncRecord>();
    if (records.length === 0) return;
    const { failed } = await put(records);
    const stay = new Set(failed.map(deviceId));
    await db
      .prepare(DROP)
      .bind(JSON.stringify(records.filter((record) => !stay.has(deviceId(record)))))
      .run();
    after = records.at(-1) ?? null;
    if (records.length < MOVED_RECORDS) return;
  }
}

function deviceId({ user, device }: Pick<SyncRecord, 'user' | 'device'>): string {
  return recordId({ user, device, resource: '', key: '' });
}

/**
 * A page of records. The columns that the filter fixes come first in some index or the primary key, followed by the
 * rest of the primary key in order, so any page is one range of an index. Exception: the records of a device of all
 * users in one resource are filtered from those of all resources: they are few, and not worth an index.
 */
export function formerPage(filter: SyncFilter, after: SyncPlace | null, limit: number, columns = COLUMNS): Fragment {
  const fixed = { user: filter.user ?? undefined, device: filter.device, resource: filter.resource, key: undefined };
  const picked = fixed.user === undefined && fixed.device !== undefined ? fixed.resource : undefined;
  const free = KEY.filter((column) => fixed[column] === undefined || (column === 'resource' && picked !== undefined));
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  for (const column of KEY) {
    const value = fixed[column];
    if (value === undefined) continue;
    // The plus keeps SQLite from using an index of this column.
    conditions.push(free.includes(column) ? `+${column} = ?` : `${column} = ?`);
    values.push(value);
  }
  conditions.push(`(${free.join(', ')}) > (${free.map(() => '?').join(', ')})`);
  // Members of a record are never empty, so empty texts sort before all of them.
  values.push(...free.map((column) => after?.[column] ?? ''), limit);
  const where = conditions.join(' AND ');
  return { sql: `SELECT ${columns} FROM sync_records WHERE ${where} ORDER BY ${free.join(', ')} LIMIT ?`, values };
}
