/**
 * Entries in several databases, selected by the first bits of the key (ENTRY_SHARDS); each database has the marks of
 * all resources.
 */

import { hashOfKey, type Shards } from '../core/shards.ts';
import type { AskedEntry, Entries, EntryRow, ReadEntry } from '../ports/stores.ts';
import { d1Entries, type EntryShard } from './entries.ts';
import type { StoredEntry } from './entry-row.ts';
import { copyAllMarks } from './resource-marks.ts';
import { spreadOver } from './spread.ts';
import { walkForStrays } from './stray-walk.ts';

/** Entries per page of the walk: complete, with their chains. */
const WALKED_ENTRIES = 100;

/** @param databases all that are used now or were before; the one with the definitions first */
export function shardedEntries(databases: readonly D1Database[], shards: Shards): Entries {
  const stores = databases.map(d1Entries);
  const spread = spreadOver(stores, shards);
  const homeOf = (key: string) => spread.home(hashOfKey(key));
  const formerOf = (key: string) => spread.former(hashOfKey(key));

  /**
   * The newest of the entry's former place and its home: an object with the previous setting may have written to the
   * former place after a copy was moved home. Rows can move during the look-up, at times back, so an entry found in
   * neither is sought once more.
   */
  async function look<T>(
    key: string,
    ask: (store: EntryShard) => Promise<T>,
    entryOf: (found: T) => { revision: number } | null,
  ): Promise<T> {
    const [home, former] = [homeOf(key), formerOf(key)];
    if (home === former) return ask(home);
    const old = await ask(former);
    const found = await ask(home);
    const [revision, oldRevision] = [found, old].map((answer) => entryOf(answer)?.revision ?? -1) as [number, number];
    if (revision < 0 && oldRevision < 0) return ask(former);
    return oldRevision > revision ? old : found;
  }

  async function move(rows: readonly StoredEntry[], from: EntryShard): Promise<number> {
    const strays = rows.filter(({ key }) => homeOf(key) !== from);
    await spread.atHome(
      strays,
      ({ key }) => hashOfKey(key),
      (store, own) => store.adopt(own),
    );
    if (strays.length > 0) await from.drop(strays);
    return strays.length;
  }

  return {
    // A bookmark belongs to one database, and a replica may lag behind a move.
    read: (key, resource, session) =>
      look(
        key,
        (store) => store.read(key, resource, shards.now === shards.before ? session : undefined),
        ({ entry }) => entry,
      ),

    async readAll(asked, replicas) {
      const isSettled = shards.now === shards.before;
      const read = (own: readonly AskedEntry[], store: EntryShard) => store.readAll(own, replicas && isSettled);
      const found = await spread.each(
        asked,
        ({ key }) => hashOfKey(key),
        (store, own) => read(own, store),
      );
      // For each key the former place has answered first.
      const newest = new Map<string, ReadEntry>();
      for (const [key, row] of found.flatMap((rows) => [...rows])) {
        if (revisionOf(newest.get(key)) <= revisionOf(row)) newest.set(key, row);
      }
      const strays = asked.filter(({ key }) => revisionOf(newest.get(key)) < 0 && formerOf(key) !== homeOf(key));
      for (const store of new Set(strays.map(({ key }) => formerOf(key)))) {
        const own = strays.filter(({ key }) => formerOf(key) === store);
        for (const [key, row] of await read(own, store)) if (row.entry !== null) newest.set(key, row);
      }
      return newest;
    },

    find: (key) =>
      look(
        key,
        (store) => store.find(key),
        (row) => row,
      ),

    async findAll(keys) {
      const found = await spread.each(keys, hashOfKey, (store, own) => store.findAll(own));
      return {
        entries: newest(found.flatMap(({ entries }) => entries)),
        unread: found.flatMap(({ unread }) => unread),
      };
    },

    async findVersions(keys) {
      return newest((await spread.each(keys, hashOfKey, (store, own) => store.findVersions(own))).flat());
    },

    async list(filter, after, limit, now) {
      const pages = await spread.all((store) => store.list(filter, after, limit, now));
      // After the first end among the pages, the database of that page may have more.
      const [end = null] = pages.flatMap(({ next }) => next ?? []).sort();
      const entries = newest(pages.flatMap((page) => page.entries))
        .filter(({ key }) => end === null || key <= end)
        .sort(byKey);
      const page = entries.slice(0, limit);
      return { entries: page, next: entries.length > limit ? (page.at(-1)?.key ?? null) : end };
    },

    async count(resource) {
      return (await spread.all((store) => store.count(resource))).reduce((sum, count) => sum + count, 0);
    },

    async put(entry, renames) {
      // The row at the former place, with its read time, is moved along; nothing outdated stays behind.
      const former = formerOf(entry.key);
      if (former !== homeOf(entry.key)) await move(await former.rowsOf([entry.key]), former);
      return homeOf(entry.key).put(entry, renames);
    },

    async remove(keys) {
      await spread.each(keys, hashOfKey, (store, own) => store.remove(own));
    },

    async walkUnread(before, limit) {
      const each = Math.ceil(limit / stores.length);
      const unread = (await spread.all((store) => store.walkUnread(before, each))).flat();
      return [...new Map(unread.map((row) => [row.key, row])).values()];
    },

    async touch(read) {
      await spread.each(
        read,
        ({ key }) => hashOfKey(key),
        (store, own) => store.touch(own),
      );
    },

    async moveStrays() {
      await copyAllMarks(databases);
      if (shards.now === shards.before) return;
      await Promise.all(
        stores.map((store, shard) =>
          walkForStrays({
            db: databases[shard] as D1Database,
            name: 'entries',
            shard,
            async page(after: string | null) {
              const rows = await store.rowsAfter(after ?? '', WALKED_ENTRIES);
              return { rows, next: rows.length < WALKED_ENTRIES ? null : (rows.at(-1)?.key ?? null) };
            },
            move: (rows) => move(rows, store),
          }),
        ),
      );
    },
  };
}

/** One row per key: the one with the highest revision. */
function newest<Row extends Pick<EntryRow, 'key' | 'revision'>>(rows: readonly Row[]): Row[] {
  const kept = new Map<string, Row>();
  for (const row of rows) {
    const other = kept.get(row.key);
    if (other === undefined || other.revision < row.revision) kept.set(row.key, row);
  }
  return [...kept.values()];
}

/** A revision below all others if there is no entry. */
function revisionOf(read: ReadEntry | undefined): number {
  return read?.entry?.revision ?? -1;
}

function byKey(a: EntryRow, b: EntryRow): number {
  return a.key < b.key ? -1 : 1;
}
