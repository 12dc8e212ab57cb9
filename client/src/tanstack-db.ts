/** TanStack DB: a table of a cache as a read-only collection, for queries, joins and sorting. */

import type { CollectionConfig } from '@tanstack/db';
import type { CacheOptions, CacheStatus, Change, Client, Parameters, Row, Snapshot, Table } from './api.ts';

/** Names the table, and the key of its rows. */
export interface FreshetCollectionOptions<T extends object, Key extends string | number = number> {
  client: Client;
  title: string;
  parameters?: Parameters;
  /** Default: the only table of the cache. */
  table?: string;
  /** The key of a row. Default: its row id, with which a changed row is a deleted row and an inserted row. */
  getKey?: (row: T) => Key;
  keep?: CacheOptions['keep'];
  numbers?: CacheOptions['numbers'];
  /** Id of the collection; default: derived from title, parameters and table. */
  id?: string;
}

/** Additional methods of the collection, `collection.utils`. */
export interface FreshetUtils {
  [name: string]: (...args: never[]) => unknown;
  /** Makes the service load the cache from its origin. */
  refresh(): Promise<void>;
  /** The status of the cache. */
  status(): CacheStatus;
}

const NO_CHANGE: Change = { inserted: [], deleted: [], whole: false };

/** Options for `createCollection`. It is ready once the cache is held, also offline; `preload()` rejects if denied. */
export function freshetCollectionOptions<T extends object = Row, Key extends string | number = number>({
  client,
  title,
  parameters = {},
  table,
  getKey,
  keep = 'lru',
  numbers = 'native',
  id = JSON.stringify(['freshet', title, parameters, table ?? null]),
}: FreshetCollectionOptions<T, Key>): CollectionConfig<T, Key> & { utils: FreshetUtils } {
  const options = { keep, numbers } as const;
  const rowIds = new WeakMap<T, number>();
  const keyOf = getKey ?? ((row: T) => rowIds.get(row) as Key);

  const tableIn = ({ tables }: Snapshot<T>): Table<T> | undefined => {
    const names = Object.keys(tables);
    if (table === undefined && names.length > 1) {
      throw new Error(`${title} has the tables ${names.join(', ')}: say which one in \`table\`.`);
    }
    return tables[table ?? names[0] ?? ''];
  };

  const sync: CollectionConfig<T, Key>['sync'] = {
    rowUpdateMode: 'full',
    sync: ({ begin, write, commit, truncate, markReady, markError }) => {
      const cache = client.cache<T>(title, parameters, options);
      /** The keys of the rows in the collection. */
      const keys = new Map<number, Key>();
      let isShown = false;

      const insert = (rows: Table<T>, rowId: number, replaced: Set<Key>) => {
        const row = rows.get(rowId) as T;
        rowIds.set(row, rowId);
        const key = keyOf(row);
        write({ type: replaced.delete(key) ? 'update' : 'insert', value: row });
        keys.set(rowId, key);
      };

      const change = (rows: Table<T>, { inserted, deleted }: Change) => {
        const gone = new Set<Key>();
        for (const rowId of deleted) {
          const key = keys.get(rowId);
          if (key !== undefined && keys.delete(rowId)) gone.add(key);
        }
        // The rows may already be of a later version, which the next change reports.
        for (const rowId of inserted) {
          if (!keys.has(rowId) && rows.get(rowId) !== undefined) insert(rows, rowId, gone);
        }
        for (const key of gone) write({ type: 'delete', key });
      };

      const show = (told: Change) => {
        const { snapshot } = cache;
        if (snapshot.status.data === 'none') {
          if (snapshot.status.sync === 'denied') markError(snapshot.status.error);
          return;
        }
        const rows = tableIn(snapshot);
        if (rows === undefined) throw new Error(`${title} has no table ${table ?? ''}`.trimEnd());
        const isWhole = told.whole || !isShown;
        if (isWhole || told.inserted.length + told.deleted.length > 0) {
          begin();
          if (isWhole) {
            truncate();
            keys.clear();
            for (const rowId of rows.ids()) insert(rows, rowId, new Set());
          } else {
            change(rows, told);
          }
          commit();
          isShown = true;
        }
        markReady();
      };
      const heard = (told: Change) => {
        try {
          show(told);
        } catch (error) {
          markError(error);
        }
      };

      const stops = [cache.subscribe(heard), cache.watch(() => heard(NO_CHANGE))];
      heard(NO_CHANGE);
      return () => {
        for (const stop of stops) stop();
        cache.release();
      };
    },
  };

  return {
    id,
    getKey: keyOf,
    sync,
    utils: {
      async refresh() {
        const cache = client.cache<T>(title, parameters, options);
        try {
          await cache.refresh();
        } finally {
          cache.release();
        }
      },
      status: () => client.peek<T>(title, parameters, options).status,
    },
  };
}
