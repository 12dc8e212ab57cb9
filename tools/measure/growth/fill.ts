/**
 * Fills D1 with a fleet. A few users, spread over the fleet, are created here, and only they send requests. D1 copies
 * all others from them, which takes seconds for a million. The key of a copy has the form of a key, but is not the hash
 * of its parameters.
 */

import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { documentsOf } from '../../../src/core/device-documents.ts';
import { FIXED_COLUMNS, valuesOf, WRITTEN_COLUMNS } from '../../../src/stores/entry-row.ts';
import { d1Resources } from '../../../src/stores/resources.ts';
import { CACHES_PER_USER, cacheOf, entryOf, FIXED_CACHES, recordOf, SCHEDULED, SWEPT } from './fleet.ts';

/**
 * Rows that one statement gets (D1 allows 2 MB of values), and how many copies of each it writes: larger transactions,
 * of hundreds of MB, crashed workerd.
 */
const ROWS = 1000;
const COPIES = 20;
/** The same for documents, each of which has 25 caches. */
const DEVICE_COPIES = 2;
const HOUR_MS = 3_600_000;

const ENTRY_COLUMNS = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS, 'read_at'];
const DEVICE_COLUMNS = ['user', 'device', 'rev', 'seen', 'checked', 'caches', 'holds', 'refusals'];

// Copies of one key lie far apart; copies with the same number, of all keys, lie side by side, in order.
const COPIED_KEY = "iif(copy = 0, key, printf('%06x', copy * 2654435761 % 16777216) || substr(key, 7))";
const COPIED_N = `(parameters ->> '$.n') + copy * ${CACHES_PER_USER}`;
const COPIED_USER = "printf('user-%06d', substr(user, 6) + copy)";
const COPIED_ENTRY: Readonly<Record<string, string>> = {
  key: COPIED_KEY,
  parameters: `json_object('n', ${COPIED_N})`,
  owner: "iif(owner IS NULL, NULL, printf('user-%06d', substr(owner, 6) + copy))",
};
/** A document (src/core/device-documents.ts) of caches given as arrays of resource, key and the rest. */
const COPIED_DEVICE: Readonly<Record<string, string>> = {
  user: COPIED_USER,
  device: `${COPIED_USER} || substr(device, length(user) + 1)`,
  caches: `(SELECT json_group_object(resource || ' ' || ${COPIED_KEY}, rest) FROM (
    SELECT value ->> 0 AS resource, value ->> 1 AS key, value ->> 2 AS rest FROM json_each(caches)))`,
};

type Row = readonly unknown[];

/** Creates the given users, each followed by `copies - 1` copies, and the two resources of fixed size. */
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

/**
 * `copied` has SQL for columns of a copy, which uses the columns of the original row and the number `copy` (0 for the
 * row itself).
 */
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
      // On a busy machine the connection to workerd may break off; rows that were already written are then written
      // again.
      await once().catch(once);
    }
  }
}
