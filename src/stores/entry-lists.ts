/**
 * Lists from table `entries`, in order of key: entries without their chains; large parameters are read by a separate
 * statement (bounded-page.ts).
 */

import { NAMELESS } from '../ports/entry.ts';
import type { Entries, EntryFilter, EntryRow } from '../ports/stores.ts';
import { statementsFor } from './bound-values.ts';
import { isLarge, rowsThatFit, type SizedRow, sizedColumn } from './bounded-page.ts';
import { entryRowOf, FIXED_COLUMNS, type StoredEntry, WRITTEN_COLUMNS } from './entry-row.ts';

/**
 * Most rows that one page of a filtered list reads: for a request, and for a sweep, which starts from the beginning
 * each time.
 */
const FILTER_WINDOW = 10_000;
const SWEEP_WINDOW = 100_000;

/** Lists leave the chain out: a thousand long chains would not fit into an isolate. */
const LISTED = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS, 'read_at'].map(listed).join(', ');

const findAll = (asked: string) => `SELECT ${LISTED} FROM ${asked} CROSS JOIN entries ON entries.key = asked.value`;
const PARAMETERS_OF = 'SELECT key, parameters FROM entries WHERE key IN (SELECT value FROM json_each(?1))';

/** A row as LISTED selects it: large parameters are null. */
type ListedRow = StoredEntry & SizedRow;

/** A condition and the values of its placeholders. */
interface Condition {
  sql: string;
  values: (string | number)[];
}

/** The entries of these keys, as in `Entries.findAll`. */
export async function findListed(db: D1Database, keys: readonly string[]): ReturnType<Entries['findAll']> {
  if (keys.length === 0) return { entries: [], unread: [] };
  const pages = await db.batch<ListedRow>(statementsFor(db, keys, findAll));
  const rows = pages.flatMap(({ results }) => results);
  const fit = rowsThatFit(rows);
  const firstUnread = rows[fit]?.key;
  const entries = await whole(db, rows.slice(0, fit));
  return { entries, unread: firstUnread === undefined ? [] : keys.slice(keys.indexOf(firstUnread)) };
}

/** The page after a key, as in `Entries.list`. */
export async function listEntries(
  db: D1Database,
  filter: EntryFilter,
  after: string | null,
  limit: number,
  now: number,
): ReturnType<Entries['list']> {
  const { range, predicate } = conditions(filter, after ?? '', now);
  const window = filter.numberBelow === undefined ? FILTER_WINDOW : SWEEP_WINDOW;
  // One row beyond the page tells whether there is a next page.
  const { results } = await db
    .prepare(
      `SELECT * FROM (SELECT ${LISTED} FROM entries WHERE ${range.sql} ORDER BY key LIMIT ${window})
      WHERE ${predicate.sql} LIMIT ?`,
    )
    .bind(...range.values, ...predicate.values, limit + 1)
    .all<ListedRow>();
  const page = results.slice(0, rowsThatFit(results.slice(0, limit)));
  const entries = await whole(db, page);
  if (results.length > page.length) return { entries, next: page.at(-1)?.key ?? null };
  // Fewer rows match: either the list ends here, or the rest lies beyond the rows that were read.
  const next = await db
    .prepare(`SELECT key FROM entries WHERE ${range.sql} ORDER BY key LIMIT 1 OFFSET ${window - 1}`)
    .bind(...range.values)
    .first<string>('key');
  return { entries, next };
}

/** The entries of listed rows. An entry whose row was deleted meanwhile is left out. */
async function whole(db: D1Database, rows: readonly ListedRow[]): Promise<EntryRow[]> {
  const large = rows.filter(isLarge).map(({ key }) => key);
  if (large.length === 0) return rows.map(entryRowOf);
  const asked = db.prepare(PARAMETERS_OF).bind(JSON.stringify(large));
  const { results } = await asked.all<Pick<StoredEntry, 'key' | 'parameters'>>();
  const parametersOf = new Map(results.map(({ key, parameters }) => [key, parameters]));
  return rows.flatMap((row) => {
    const parameters = isLarge(row) ? parametersOf.get(row.key) : row.parameters;
    return parameters === undefined ? [] : entryRowOf({ ...row, parameters });
  });
}

/**
 * A filter as SQL: `range` selects rows through one index in order of key, `predicate` filters these rows. A filter of
 * both owner and resource, or of an owner's failing caches, uses the owner, who has few caches.
 */
function conditions(filter: EntryFilter, after: string, now: number): { range: Condition; predicate: Condition } {
  const range: Condition = { sql: 'key > ?', values: [after] };
  const predicate: Condition = { sql: 'true', values: [] };
  const { owner, resource, numberBelow, readSince, state } = filter;
  if (owner !== undefined) also(range, 'owner = ?', owner);
  if (resource !== undefined) also(owner === undefined ? range : predicate, 'resource = ?', resource);
  else also(predicate, 'resource <> ?', NAMELESS);
  if (numberBelow !== undefined) also(predicate, 'number < ? AND version IS NOT NULL', numberBelow);
  if (readSince !== undefined) also(predicate, 'read_at >= ?', readSince);
  if (state === 'fresh') also(predicate, 'expires_at > ?', now);
  if (state === 'stale') also(predicate, 'coalesce(expires_at, 0) <= ?', now);
  if (state === 'failing') also(owner === undefined ? range : predicate, 'last_error IS NOT NULL');
  return { range, predicate };
}

function also(condition: Condition, sql: string, ...values: (string | number)[]): void {
  condition.sql += ` AND ${sql}`;
  condition.values.push(...values);
}

function listed(name: string): string {
  if (name === 'chain') return "'[]' AS chain";
  return name === 'parameters' ? sizedColumn('entries', name) : `entries.${name}`;
}
