/** A connection to IndexedDB, and a transaction on it that is watched: some platforms call nothing back. */

import { type Opener, SILENCE } from './heal.ts';

export type Table = 'meta' | 'chunk' | 'entry' | 'client';
/** Makes a request of a table within a transaction. Its failure ends the transaction only if it is not caught. */
export type Ask = <T>(
  table: Table,
  method: 'get' | 'getAll' | 'getAllKeys' | 'put' | 'delete' | 'clear',
  ...args: readonly unknown[]
) => Promise<T>;

const TABLES: readonly Table[] = ['meta', 'chunk', 'entry', 'client'];

/** @param factory asked at each opening: on iOS `indexedDB` comes and goes */
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
          // By the platform; and for a newer tab or a deletion, which wait until all have closed.
          db.onclose = db.onversionchange = () => {
            db.close();
            closed();
          };
          if (db.objectStoreNames.length === TABLES.length) return resolve(db);
          db.close();
          // Made by somebody else, who opened the name without making tables: nothing of ours is in there.
          platform.deleteDatabase(name);
          reject(new Error('The database has other tables.'));
        };
      }),
    close: (db) => db.close(),
  };
}

/**
 * Works in one transaction. `work` waits for what it asks, and for nothing else.
 * @param patienceMs how long it may take from one answer to the next
 * @throws SILENCE, or what the platform says
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
      // Before the abort, which rejects with less. A connection that was closed may tell nothing of its transactions.
      reject(error);
      try {
        transaction.abort();
      } catch {
        // It is over already.
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
