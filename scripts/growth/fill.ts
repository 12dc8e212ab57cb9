/** Fills D1 with a fleet, many rows a statement, each table in the order of its primary key. */

import { setImmediate } from 'node:timers/promises';
import type { CacheIdentity } from '../../src/contract/entry.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { FIXED_COLUMNS, valuesOf, WRITTEN_COLUMNS } from '../../src/stores/entry-row.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { cacheOf, entryOf, FIXED_CACHES, recordOf, SCHEDULED, SWEPT } from './fleet.ts';

/** Rows of one statement: D1 takes 2 MB of values. */
const ROWS = 5000;
const HOUR_MS = 3_600_000;

const ENTRY_COLUMNS = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS, 'read_at'];
/** The same in all entries: bound once a statement. */
const SHARED_COLUMNS = ['document', 'chain', 'read_at'];
const RECORD_COLUMNS = ['user', 'device', 'resource', 'key', 'synced_at', 'version', 'changed'];

type Value = string | number | null;
type Row = Record<string, Value>;

/** As many records and entries as told, and the caches of the two resources of fixed size. */
export async function fill(db: D1Database, size: number, now: number): Promise<void> {
  const resources = await d1Resources(db).list(null, 1000);
  const numbers = new Map(resources.map(({ title, number }) => [title, number]));
  const hour = now - (now % HOUR_MS);
  const caches = await allCaches(size);
  await insert(db, 'entries', ENTRY_COLUMNS, SHARED_COLUMNS, caches, ({ n, cache }) => {
    const values = [...valuesOf(entryOf(n, cache, numbers.get(cache.resource) ?? 0, now)), hour];
    return Object.fromEntries(ENTRY_COLUMNS.map((column, at) => [column, values[at] ?? null]));
  });
  const all = Array.from({ length: size }, (_, n) => n);
  await insert(db, 'sync_records', RECORD_COLUMNS, [], all, (n) => {
    const { syncedAt, ...rest } = recordOf(n, now);
    return { ...rest, synced_at: syncedAt };
  });
}

/** In the order of their keys. */
async function allCaches(size: number): Promise<{ n: number; cache: CacheIdentity }[]> {
  const caches = [SCHEDULED, SWEPT].flatMap((title) =>
    Array.from({ length: FIXED_CACHES }, (_, n) => ({ n, cache: cacheIdentity(title, { n }, null) })),
  );
  for (let n = 0; n < size; n++) {
    caches.push({ n, cache: cacheOf(n) });
    // Of a million for seconds on end this process would not see that an idle connection was closed.
    if (n % ROWS === 0) await setImmediate();
  }
  return caches.sort((a, b) => (a.cache.key < b.cache.key ? -1 : 1));
}

/** `shared` columns have in all rows the value of the first. */
async function insert<Item>(
  db: D1Database,
  table: string,
  columns: readonly string[],
  shared: readonly string[],
  items: readonly Item[],
  rowOf: (item: Item) => Row,
): Promise<void> {
  const own = columns.filter((column) => !shared.includes(column));
  const values = [...own.map((_, at) => `value ->> ${at}`), ...shared.map((_, at) => `?${at + 2}`)].join(', ');
  const into = `${table} (${[...own, ...shared].join(', ')})`;
  const statement = db.prepare(`INSERT INTO ${into} SELECT ${values} FROM json_each(?1)`);
  for (let at = 0; at < items.length; at += ROWS) {
    const rows = items.slice(at, at + ROWS).map(rowOf);
    const json = JSON.stringify(rows.map((row) => own.map((column) => row[column])));
    await statement.bind(json, ...shared.map((column) => rows[0]?.[column])).run();
  }
}
