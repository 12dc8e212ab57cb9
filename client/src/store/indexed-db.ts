/**
 * Keeps caches in IndexedDB: few large records, and a whole body in one transaction. Bytes are stored as ArrayBuffer
 * with their type, not as Blob: WebKit has lost Blobs, refuses them in private windows, and ties them to files that an
 * open connection holds.
 */

import { healing } from './heal.ts';
import { type Ask, opener, type Table, transact } from './indexed-db-connection.ts';
import type { Store } from './store.ts';
import { type Scope, storeHandle, type Transaction } from './transactions.ts';

/** Options of `indexedDb`. */
export interface IndexedDbOptions {
  /** Called at each opening; default: `globalThis.indexedDB`. */
  factory?: () => IDBFactory | undefined;
  /** How long the database may be silent before its connection counts as dead, ms; default: 10,000. */
  patienceMs?: number;
}

/** A stored chunk. */
interface Kept {
  table: number;
  data: string | ArrayBuffer;
  type?: string;
}

const DEVICE = 'device';
const CACHE = ['meta', 'chunk', 'entry'] as const;
const TABLES: Record<Scope, readonly Table[]> = {
  read: CACHE,
  list: ['meta'],
  device: ['client'],
  note: ['meta', 'client'],
  delta: ['meta', 'entry', 'client'],
  whole: [...CACHE, 'client'],
};

/** Keeps caches in the browser's IndexedDB. */
export function indexedDb({ factory = () => globalThis.indexedDB, patienceMs = 10_000 }: IndexedDbOptions = {}): Store {
  return {
    lasts: true,
    async open(name) {
      const { run, onLost, close } = healing(opener(name, factory), patienceMs);
      const handle = storeHandle<Kept>({
        run: (scope, work) => {
          const mode = scope === 'read' || scope === 'list' ? 'readonly' : 'readwrite';
          return run((db) => transact(db, mode, TABLES[scope], patienceMs, (ask) => work(tables(ask))));
        },
        encode: async ({ table, data }) =>
          typeof data === 'string' ? { table, data } : { table, data: await data.arrayBuffer(), type: data.type },
        decode: ({ table, data, type = '' }) => ({
          table,
          data: typeof data === 'string' ? data : new Blob([data], { type }),
        }),
        // The record exists but its file does not (Chromium; the last two names are from its older versions).
        isGone: ({ name }) => /^(NotReadable|NotFound|Data)Error$/.test(name),
        onLost,
        close,
      });
      // Fails if the database cannot be used at all.
      await handle.list();
      return handle;
    },
  };
}

/** Keys that start with these parts; `from` limits the next part. */
const range = (parts: readonly (string | number)[], from: readonly number[] = []) =>
  IDBKeyRange.bound([...parts, ...from], [...parts, []]);

function tables(ask: Ask): Transaction<Kept> {
  return {
    device: () => ask('client', 'get', DEVICE),
    setDevice: (row) => ask('client', 'put', row, DEVICE),
    meta: (cache) => ask('meta', 'get', cache),
    async metas() {
      const [caches, metas] = await Promise.all([
        ask<string[]>('meta', 'getAllKeys'),
        ask<unknown[]>('meta', 'getAll'),
      ]);
      return caches.map((cache, i) => [cache, metas[i]]);
    },
    chunks: (cache, gen) => ask('chunk', 'getAll', range([cache, gen])),
    entries: (cache, gen, from) => ask('entry', 'getAll', range([cache, gen], [from])),
    putMeta: (cache, meta) => ask('meta', 'put', meta, cache),
    putChunks: (cache, gen, chunks) =>
      Promise.all(chunks.map((chunk, n) => ask('chunk', 'put', chunk, [cache, gen, n]))),
    putEntry: (cache, gen, n, entry) => ask('entry', 'put', entry, [cache, gen, n]),
    remove: (caches) =>
      Promise.all(
        caches.flatMap((cache) =>
          CACHE.map((table) => ask(table, 'delete', table === 'meta' ? cache : range([cache]))),
        ),
      ),
    clear: () => Promise.all(CACHE.map((table) => ask(table, 'clear'))),
  };
}
