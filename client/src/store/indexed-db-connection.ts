/** A connection to IndexedDB, and transactions with a time limit, because some platforms never call back. */

import { type Opener, SILENCE } from './heal.ts';

export type Table = 'meta' | 'chunk' | 'entry' | 'client';
/** Makes a request of a table in a transaction. If the caller catches its error, the transaction continues. */
export type Ask = <T>(
  table: Table,
  method: 'get' | 'getAll' | 'getAllKeys' | 'put' | 'delete' | 'clear',
  ...args: readonly unknown[]
) => Promise<T>;

const TABLES: readonly Table[] = ['meta', 'chunk', 'entry', 'client'];

/** @param factory called at each opening: on iOS `indexedDB` may be missing at times */
export function opener(name: string, factory: () => IDBFactory | undefined): Opener<IDBDatabase> {
  return {
    open: (closed) =>
      new Promise((resolve, reject) => {
        const platform = factory();
        if (!platform) throw new Error('There is no IndexedDB.');
        const request = platform.open(name, 1);
        request.onupgradeneeded = () => {
          for (const table of TABLES) request.result.createObjectStore(table);
        };
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const db = request.result;
          // The platform closed it; or a newer tab or a deletion waits until all connections are closed.
          db.onclose = db.onversionchange = () => {
            db.close();
            closed();
          };
          if (db.objectStoreNames.length === TABLES.length) return resolve(db);
          db.close();
          // Another program created the database without our tables, so it contains nothing of ours.
          platform.deleteDatabase(name);
          reject(new Error('The database has other tables.'));
        };
      }),
    close: (db) => db.close(),
  };
}

/**
 * Runs `work` in one transaction. `work` must wait only for what it requests through `ask`.
 * @param patienceMs longest time from one answer to the next
 * @throws SILENCE, or the platform's error
 */
export function transact<T>(
  db: IDBDatabase,
  mode: IDBTransactionMode,
  tables: readonly Table[],
  patienceMs: number,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<T>((resolve, reject) => {
    const transaction = db.transaction(tables, mode, { durability: 'relaxed' });
    let result: { value: T } | undefined;
    const fail = (error: unknown) => {
      // Before the abort, whose error says less. On a closed connection the transaction may report nothing at all.
      reject(error);
      try {
        transaction.abort();
      } catch {
        // The transaction has ended already.
      }
    };
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(fail, patienceMs, SILENCE);
    };
    const ask: Ask = (table, method, ...args) =>
      new Promise((answered, failed) => {
        const store = transaction.objectStore(table) as unknown as Record<string, (...args: unknown[]) => IDBRequest>;
        const request = store[method]?.(...args) as IDBRequest;
        request.onsuccess = () => {
          watch();
          answered(request.result);
        };
        request.onerror = (event) => {
          event.preventDefault();
          failed(request.error);
        };
      });
    transaction.oncomplete = () => (result ? resolve(result.value) : reject(SILENCE));
    transaction.onabort = () => reject(transaction.error);
    watch();
    work(ask).then((value) => {
      result = { value };
    }, fail);
  }).finally(() => clearTimeout(timer));
}
