/**
 * A connection to IndexedDB that heals. Platforms close connections behind an app's back, above all while it sleeps, and each
 * call on the dead handle then fails. So a handle that failed is dropped and the database opened anew, at most three times a
 * call; what never answers counts double, because each time costs `patienceMs`.
 */

import { StoreError } from './store.ts';

export type Table = 'meta' | 'chunk' | 'entry' | 'client';
/** Makes a request of a table within a transaction. Its failure ends the transaction only if it is not caught. */
export type Ask = <T>(
  table: Table,
  method: 'get' | 'getAll' | 'getAllKeys' | 'put' | 'delete' | 'clear',
  ...args: readonly unknown[]
) => Promise<T>;

export interface Connection {
  /** One transaction; `work` waits for what it asks, and for nothing else. It runs again after a failure. @throws StoreError */
  run<T>(mode: IDBTransactionMode, tables: readonly Table[], work: (ask: Ask) => Promise<T>): Promise<T>;
  onLost(heard: (why: StoreError) => void): void;
  close(): void;
}

const TABLES: readonly Table[] = ['meta', 'chunk', 'entry', 'client'];
const REOPENINGS = 3;
const PAUSE_MS = 100;
const SILENCE = new StoreError('lost', 'IndexedDB does not answer.');

/**
 * Connects when first used.
 * @param factory asked at each opening: on iOS `indexedDB` comes and goes
 * @param patienceMs how long an opening, or a transaction between two of its requests, may take
 */
export function connect(name: string, factory: () => IDBFactory | undefined, patienceMs: number): Connection {
  let opened: Promise<IDBDatabase> | null = null;
  let lost: StoreError | null = null;
  const ears: ((why: StoreError) => void)[] = [];

  const drop = (used: Promise<IDBDatabase> | null) => {
    if (opened === used) opened = null;
    used?.then((db) => db.close()).catch(() => {});
  };

  const open = (): Promise<IDBDatabase> => {
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const platform = factory();
      if (!platform) throw new StoreError('lost', 'There is no IndexedDB.');
      const request = platform.open(name, 1);
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        reject(SILENCE);
      }, patienceMs);
      request.onupgradeneeded = () => {
        for (const table of TABLES) request.result.createObjectStore(table);
      };
      request.onerror = () => {
        clearTimeout(timer);
        reject(request.error);
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        const db = request.result;
        // By the platform; and for a newer tab or a deletion, which wait until all have closed.
        db.onclose = db.onversionchange = () => {
          db.close();
          drop(opening);
        };
        if (!isLate && db.objectStoreNames.length === TABLES.length) return resolve(db);
        db.close();
        // Made by somebody else, who opened the name without making tables: nothing of ours is in there.
        if (!isLate) platform.deleteDatabase(name);
        reject(new StoreError('lost', 'The database has other tables.'));
      };
    });
    return opening;
  };

  const transact = async <T>(
    used: Promise<IDBDatabase>,
    mode: IDBTransactionMode,
    tables: readonly Table[],
    work: (ask: Ask) => Promise<T>,
  ): Promise<T> => {
    const transaction = (await used).transaction(tables, mode, { durability: 'relaxed' });
    let timer: ReturnType<typeof setTimeout> | undefined;
    return new Promise<T>((resolve, reject) => {
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
  };

  const giveUp = (why: StoreError) => {
    lost = why;
    drop(opened);
  };

  return {
    async run(mode, tables, work) {
      for (let failures = 0; ; ) {
        if (lost) throw lost;
        opened ??= open();
        const used = opened;
        try {
          return await transact(used, mode, tables, work);
        } catch (error) {
          const { name: kind, message } = (error ?? {}) as DOMException;
          const wasOpen = await used.then(
            () => true,
            () => false,
          );
          if (wasOpen && kind === 'QuotaExceededError') throw new StoreError('full', message, error);
          drop(used);
          failures += error === SILENCE ? 2 : 1;
          if (!lost && (failures > REOPENINGS || kind === 'VersionError')) {
            giveUp(new StoreError('lost', message, error));
            for (const heard of ears) heard(lost as unknown as StoreError);
          } else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * failures));
        }
      }
    },
    onLost(heard) {
      ears.push(heard);
    },
    close() {
      giveUp(new StoreError('lost', 'The store is closed.'));
    },
  };
}
