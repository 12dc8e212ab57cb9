/** Reads entries with the marks of their resources, in one statement: one key for a look-up, many for `/sync/`. */

import { MAX_READ_LINKS } from '../contract/constants.ts';
import type { Entry, ResourceMark } from '../ports/entry.ts';
import type { AskedEntry, ReadEntry } from '../ports/stores.ts';
import { entryOf, FIXED_COLUMNS, type StoredEntry, WRITTEN_COLUMNS } from './entry-row.ts';

const MARK = `resources.number AS resource_number, resources.purged AS resource_purged,
  resources.definition IS NULL AS resource_deleted`;

const READ = `
  SELECT ${MARK}, entries.*
  FROM (SELECT ?1 AS key, ?2 AS resource) AS asked
  LEFT JOIN resources ON resources.title = asked.resource
  LEFT JOIN entries ON entries.key = asked.key`;

const OTHERS = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS]
  .filter((name) => name !== 'chain')
  .map((name) => `entries.${name}`);

// Without their chains: a hundred chains of a thousand links would fill an isolate.
const READ_ALL = `
  SELECT asked.key AS asked_key, ${MARK}, ${OTHERS.join(', ')},
    CASE WHEN json_array_length(entries.chain) <= ${MAX_READ_LINKS} THEN entries.chain END AS chain
  FROM (SELECT value ->> 0 AS key, value ->> 1 AS resource FROM json_each(?1)) AS asked
  LEFT JOIN resources ON resources.title = asked.resource
  LEFT JOIN entries ON entries.key = asked.key`;

/** The columns that MARK selects; numbers are null for an unknown resource. */
interface MarkRow {
  resource_number: number | null;
  resource_purged: number | null;
  resource_deleted: number;
}

/** A row of READ: all columns of the entry are null if there is no entry. */
type ReadRow = { [Column in keyof StoredEntry]: StoredEntry[Column] | null } & MarkRow;

/** Reads one entry; `constraint` of a session in which replicas may answer. */
export async function readEntry(
  db: D1Database,
  { key, resource }: AskedEntry,
  constraint?: string,
): Promise<{ entry: Entry | null; mark: ResourceMark | null; bookmark?: string }> {
  const session = db.withSession(constraint ?? 'first-primary');
  const row = await session.prepare(READ).bind(key, resource).first<ReadRow>();
  return {
    entry: row !== null && hasEntry(row) ? entryOf(row) : null,
    mark: row === null ? null : markOf(row),
    ...bookmarkOf(session, constraint !== undefined),
  };
}

/**
 * Reads many entries by key in one statement. `replicas`: a replica that knows the state of all bookmarks may answer.
 */
export async function readEntries(
  db: D1Database,
  asked: readonly AskedEntry[],
  replicas: boolean,
): Promise<Map<string, ReadEntry>> {
  const session = db.withSession(replicas ? newestBookmark(asked) : 'first-primary');
  const pairs = JSON.stringify(asked.map(({ key, resource }) => [key, resource]));
  const { results } = await session.prepare(READ_ALL).bind(pairs).all<ReadRow & { asked_key: string }>();
  const bookmark = bookmarkOf(session, replicas);
  return new Map(results.map((row) => [row.asked_key, { ...readRow(row), mark: markOf(row), ...bookmark }]));
}

function readRow(row: ReadRow): { entry: Entry | null; isCut: boolean } {
  if (!hasEntry(row)) return { entry: null, isCut: false };
  const isCut = row.chain === null;
  return { entry: entryOf(isCut ? { ...row, chain: '[]' } : row), isCut };
}

/** Bookmarks sort as texts, the newest last (https://developers.cloudflare.com/d1/reference/time-travel/#bookmarks). */
function newestBookmark(asked: readonly AskedEntry[]): string {
  const bookmarks = asked.flatMap(({ bookmark }) => bookmark ?? []).sort();
  return bookmarks.at(-1) ?? 'first-unconstrained';
}

function bookmarkOf(session: D1DatabaseSession, isWanted: boolean): { bookmark?: string } {
  const bookmark = isWanted ? session.getBookmark() : null;
  return bookmark === null ? {} : { bookmark };
}

function hasEntry(row: ReadRow): row is ReadRow & StoredEntry {
  return row.revision !== null;
}

function markOf(row: MarkRow): ResourceMark | null {
  const { resource_number: number, resource_purged: purged } = row;
  return number === null || purged === null ? null : { number, purged, deleted: row.resource_deleted === 1 };
}
