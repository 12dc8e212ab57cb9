/** Table `entries`: the current state of each cache, ordered by revision and written by the cache's object. */

import { NAMELESS } from '../ports/entry.ts';
import type { SyncMessage } from '../ports/messages.ts';
import type { Entries, LoadedVersion } from '../ports/stores.ts';
import { statementsFor } from './bound-values.ts';
import { findListed, listEntries } from './entry-lists.ts';
import { entryOf, entryRowOf, FIXED_COLUMNS, type StoredEntry, valuesOf, WRITTEN_COLUMNS } from './entry-row.ts';
import { readEntries, readEntry } from './read-entries.ts';
import { moveWalk, readWalk } from './walks.ts';

const COLUMNS = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS];

const findVersions = (asked: string) => `
  SELECT key, resource, number, revision, version, document ->> '$.loaded.changed' AS changed,
    last_error IS NOT NULL AS failing
  FROM ${asked} CROSS JOIN entries ON entries.key = asked.value`;

const INSERT = `
  INSERT INTO entries (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_column, at) => `?${at + 1}`).join(', ')})`;

const assigned = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ');

// Version numbers never decrease, and none is given twice, whatever writes: an object may have lost its rows, or there
// may be two objects. An earlier release does not tell the last version of a purged cache.
const IS_NEWER = `revision < excluded.revision
  AND coalesce(document ->> '$.counted.version', version, 0)
    <= coalesce(excluded.document ->> '$.counted.version', excluded.version, ${Number.MAX_SAFE_INTEGER})
  AND (version = excluded.version
    AND document ->> '$.loaded.fence' <> excluded.document ->> '$.loaded.fence') IS NOT TRUE`;

// Assigns only what a load changes: SQLite rewrites an index for each assigned column of it, changed or not.
const PUT = `${INSERT}
  ON CONFLICT (key) DO UPDATE SET ${assigned(WRITTEN_COLUMNS)}
  WHERE ${IS_NEWER} AND resource = excluded.resource`;

// After a user was forgotten, the time of the last read must not stay either.
const PUT_RENAMED = `${INSERT}
  ON CONFLICT (key) DO UPDATE SET ${assigned([...FIXED_COLUMNS.filter((name) => name !== 'key'), ...WRITTEN_COLUMNS])},
    read_at = CASE WHEN excluded.resource <> '${NAMELESS}' THEN read_at END
  WHERE ${IS_NEWER}`;

const FIND = 'SELECT * FROM entries WHERE key = ?1';

const TOUCH = `
  UPDATE entries SET read_at = touched.hour
  FROM (SELECT value ->> 'key' AS key, value ->> 'hour' AS hour FROM json_each(?1)) AS touched
  WHERE entries.key = touched.key AND coalesce(entries.read_at, 0) < touched.hour`;

// The object may have loaded the cache again since it was listed, and the resource may have been created again.
const REMOVE = `
  DELETE FROM entries WHERE key IN (SELECT value FROM json_each(?1)) AND version IS NULL
  AND NOT EXISTS (SELECT 1 FROM resources WHERE title = entries.resource AND definition IS NOT NULL)`;

const WALK = 'evict-unread-entries';

// A load that no read caused was requested by a client. Where nothing is loaded, the revision is the time of the last
// change. A row of revision 0 stands for a first load that an earlier release may still be running.
const LAST_USED = `
  SELECT key, revision, version IS NULL AS is_empty, owner IS NOT NULL AS is_private, max(coalesce(read_at, 0), CASE
    WHEN version IS NOT NULL THEN coalesce(document ->> '$.loaded.loadedAt', 0)
    WHEN revision = 0 THEN ${Number.MAX_SAFE_INTEGER} ELSE revision END) AS used_at
  FROM entries WHERE key > ?1 ORDER BY key LIMIT ?2`;

interface LastUsed {
  key: string;
  revision: number;
  is_empty: number;
  is_private: number;
  used_at: number;
}

const ROWS_OF = 'SELECT * FROM entries WHERE key IN (SELECT value FROM json_each(?1))';
const ROWS_AFTER = 'SELECT * FROM entries WHERE key > ?1 ORDER BY key LIMIT ?2';

// The object may have written the row since it was read.
const DROP = `
  DELETE FROM entries
  WHERE (key, revision) IN (SELECT value ->> 'key', value ->> 'revision' FROM json_each(?1))`;

/** The entries of one database, and the methods that move rows from one database to another, as they are stored. */
export interface EntryShard extends Entries {
  rowsOf(keys: readonly string[]): Promise<StoredEntry[]>;
  /** Rows after a key, in order of key. */
  rowsAfter(after: string, limit: number): Promise<StoredEntry[]>;
  /** Stores moved rows; a higher revision and a later read in the table win. */
  adopt(rows: readonly StoredEntry[]): Promise<void>;
  /** Deletes rows that have not changed since they were read. */
  drop(rows: readonly StoredEntry[]): Promise<void>;
}

/** The entries of a database. All methods throw what D1 throws. */
export function d1Entries(db: D1Database): EntryShard {
  const touching = (read: SyncMessage['read']) => db.prepare(TOUCH).bind(JSON.stringify(read));
  const dropping = (rows: readonly { key: string; revision: number }[]) =>
    db.prepare(DROP).bind(JSON.stringify(rows.map(({ key, revision }) => ({ key, revision }))));
  return {
    read: (key, resource, constraint) => readEntry(db, { key, resource }, constraint),
    readAll: (asked, replicas) => readEntries(db, asked, replicas),

    async find(key) {
      const row = await db.prepare(FIND).bind(key).first<StoredEntry>();
      return row === null ? null : entryRowOf(row);
    },

    findAll: (keys) => findListed(db, keys),

    async findVersions(keys) {
      if (keys.length === 0) return [];
      const pages = await db.batch<LoadedVersion>(statementsFor(db, keys, findVersions));
      return pages.flatMap(({ results }) => results);
    },

    list: (filter, after, limit, now) => listEntries(db, filter, after, limit, now),

    async count(resource) {
      const sql = 'SELECT count FROM loaded_caches WHERE resource = ?1';
      return (await db.prepare(sql).bind(resource).first<number>('count')) ?? 0;
    },

    async put(entry, renames = false) {
      const { meta } = await db
        .prepare(renames ? PUT_RENAMED : PUT)
        .bind(...valuesOf(entry))
        .run();
      if (meta.changes > 0) return entry;
      const row = await db.prepare(FIND).bind(entry.key).first<StoredEntry>();
      if (row === null) throw new Error('the existing entry was removed meanwhile');
      return entryOf(row);
    },

    async remove(keys) {
      await db.prepare(REMOVE).bind(JSON.stringify(keys)).run();
    },

    async walkUnread(before, limit) {
      const [from] = (await readWalk<[key: string]>(db, WALK)) ?? [''];
      const { results } = await db.prepare(LAST_USED).bind(from, limit).all<LastUsed>();
      const last = results.length < limit ? undefined : results.at(-1);
      await moveWalk(db, WALK, last === undefined ? null : [last.key]).run();
      const unread = results.filter(({ used_at }) => used_at < before);
      const isEmpty = (row: LastUsed) => row.is_empty === 1 && row.is_private === 0;
      const empty = unread.filter(isEmpty);
      if (empty.length > 0) await dropping(empty).run();
      return unread.filter((row) => !isEmpty(row)).map((row) => ({ key: row.key, isEmpty: row.is_empty === 1 }));
    },

    async touch(read) {
      if (read.length > 0) await touching(read).run();
    },

    async rowsOf(keys) {
      return (await db.prepare(ROWS_OF).bind(JSON.stringify(keys)).all<StoredEntry>()).results;
    },

    async rowsAfter(after, limit) {
      return (await db.prepare(ROWS_AFTER).bind(after, limit).all<StoredEntry>()).results;
    },

    async adopt(rows) {
      const read = rows.flatMap(({ key, read_at: hour }) => (hour === null ? [] : { key, hour }));
      const puts = rows.map((row) => db.prepare(PUT_RENAMED).bind(...COLUMNS.map((name) => row[name])));
      await db.batch([...puts, touching(read)]);
    },

    async drop(rows) {
      await dropping(rows).run();
    },
  };
}
