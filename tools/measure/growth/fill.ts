/**
 * Fills D1 with a fleet. A few users are made here, spread over the fleet, and are those that ask; all others are copied from
 * them by D1, which takes seconds for a million. A copy's key has the form of one, but is no hash of its parameters.
 */

import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { documentsOf } from '../../../src/core/device-documents.ts';
import { FIXED_COLUMNS, valuesOf, WRITTEN_COLUMNS } from '../../../src/stores/entry-row.ts';
import { d1Resources } from '../../../src/stores/resources.ts';
import { CACHES_PER_USER, cacheOf, entryOf, FIXED_CACHES, recordOf, SCHEDULED, SWEPT } from './fleet.ts';

/** Rows that one statement is given, of D1's 2 MB of values, and how many of each it writes: workerd has not survived transactions of hundreds of MB. */
const ROWS = 1000;
const COPIES = 20;
/** The same of documents, each of which is made of 25 caches. */
const DEVICE_COPIES = 2;
const HOUR_MS = 3_600_000;

const ENTRY_COLUMNS = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS, 'read_at'];
const DEVICE_COLUMNS = ['user', 'device', 'rev', 'seen', 'checked', 'caches', 'holds', 'refusals'];

// Copies of a key lie far from each other, those of all keys with the same number side by side, in order.
const COPIED_KEY = "iif(copy = 0, key, printf('%06x', copy * 2654435761 % 16777216) || substr(key, 7))";
const COPIED_N = `(parameters ->> '$.n') + copy * ${CACHES_PER_USER}`;
const COPIED_USER = "printf('user-%06d', substr(user, 6) + copy)";
const COPIED_ENTRY: Readonly<Record<string, string>> = {
  key: COPIED_KEY,
  parameters: `json_object('n', ${COPIED_N})`,
  owner: "iif(owner IS NULL, NULL, printf('user-%06d', substr(owner, 6) + copy))",
};
/** A document (src/core/device-documents.ts), of caches given as arrays of resource, key and the rest. */
const COPIED_DEVICE: Readonly<Record<string, string>> = {
  user: COPIED_USER,
  device: `${COPIED_USER} || substr(device, length(user) + 1)`,
  caches: `(SELECT json_group_object(resource || ' ' || ${COPIED_KEY}, rest) FROM (
    SELECT value ->> 0 AS resource, value ->> 1 AS key, value ->> 2 AS rest FROM json_each(caches)))`,
};

type Row = readonly unknown[];

/** As many users as `users` tells of, each with the `copies - 1` that follow it, and the two resources of fixed size. */
export async function fill(db: D1Database, users: readonly number[], copies: number, now: number): Promise<void> {
  const { resources } = await d1Resources(db).list(null, 1000);
  const numbers = new Map(resources.map(({ title, number }) => [title, number]));
  const hour = now - (now % HOUR_MS);
  const entryRow = (n: number, cache = cacheOf(n)): Row => [
    ...valuesOf(entryOf(n, cache, numbers.get(cache.resource) ?? 0, now)),
    hour,
  ];
  const fixed = [SCHEDULED, SWEPT].flatMap((title) =>
    Array.from({ length: FIXED_CACHES }, (_, n) => entryRow(n, cacheIdentity(title, { n }, null))),
  );
  const cachesOf = (user: number) => Array.from({ length: CACHES_PER_USER }, (_, at) => user * CACHES_PER_USER + at);
  const all = users.flatMap(cachesOf);
  const entries = all.map((n) => entryRow(n)).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const devices = users
    .flatMap((user) => documentsOf({ records: cachesOf(user).map((n) => recordOf(n, now)) }).flat())
    .map(({ user, device, seen, caches }): Row => {
      const given = Object.entries(caches).map(([name, rest]) => [...name.split(' '), rest]);
      return [user, device, 1, seen, 0, JSON.stringify(given), '{}', '{}'];
    });
  await insert(db, 'entries', ENTRY_COLUMNS, fixed, COPIED_ENTRY, 1);
  await insert(db, 'entries', ENTRY_COLUMNS, entries, COPIED_ENTRY, copies);
  await insert(db, 'devices', DEVICE_COLUMNS, devices, COPIED_DEVICE, copies, DEVICE_COPIES);
}

/** `copied` tells how columns of a copy are made from those of its row and the number `copy`, which is 0 for the row itself. */
async function insert(
  db: D1Database,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
  copied: Readonly<Record<string, string>>,
  copies: number,
  atOnce = COPIES,
): Promise<void> {
  const statement = db.prepare(`
    WITH RECURSIVE copies (copy) AS (SELECT ?2 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?3),
    given AS MATERIALIZED (SELECT ${columns.map((column, at) => `value ->> ${at} AS ${column}`)} FROM json_each(?1))
    INSERT OR REPLACE INTO ${table} (${columns}) SELECT ${columns.map((column) => copied[column] ?? column)}
    FROM copies CROSS JOIN given`);
  for (let at = 0; at < rows.length; at += ROWS) {
    const given = JSON.stringify(rows.slice(at, at + ROWS));
    for (let from = 0; from < copies; from += atOnce) {
      const once = () => statement.bind(given, from, Math.min(from + atOnce, copies) - 1).run();
      // On a busy machine the way to workerd may break off; what was written already is written anew.
      await once().catch(once);
    }
  }
}
