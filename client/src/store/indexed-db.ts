/**
 * Keeps caches in IndexedDB: few large records, a whole body in one transaction. Bytes are kept as ArrayBuffer with their type,
 * not as Blob: WebKit has lost Blobs, refuses them in private windows and ties them to files that an opened connection holds.
 */

import { type Ask, connect } from './indexed-db-connection.ts';
import { firstLacking, known, mayCommit, newDevice, whole, wiped } from './rules.ts';
import type { Chunk, DeviceRow, Meta, Store, StoredChange, StoreHandle } from './store.ts';

/** How IndexedDB is reached. */
export interface IndexedDbOptions {
  /** Usual: `globalThis.indexedDB`. Asked at each opening. */
  factory?: () => IDBFactory | undefined;
  /** How long it may be silent before the connection counts as dead, ms; usual: 10,000. */
  patienceMs?: number;
}

/** A chunk as it is kept. */
interface Kept {
  table: number;
  data: string | ArrayBuffer;
  type?: string;
}

/** Keeps in the browser's IndexedDB. */
export function indexedDb({ factory = () => globalThis.indexedDB, patienceMs = 10_000 }: IndexedDbOptions = {}): Store {
  return {
    lasts: true,
    async open(name) {
      const opened = handle(name, factory, patienceMs);
      // An empty read tells whether the database can be used at all.
      await opened.list();
      return opened;
    },
  };
}

const DEVICE = 'device';
const CACHE = ['meta', 'chunk', 'entry'] as const;
const ALL = [...CACHE, 'client'] as const;

/** Keys that begin with these parts; `from` then bounds the next part. */
const range = (parts: readonly (string | number)[], from: readonly number[] = []) =>
  IDBKeyRange.bound([...parts, ...from], [...parts, []]);
const device = (ask: Ask) => ask<DeviceRow | undefined>('client', 'get', DEVICE);
const setDevice = (ask: Ask, row: DeviceRow) => ask('client', 'put', row, DEVICE);
const heldMeta = async (ask: Ask, cache: string) => known(await ask('meta', 'get', cache));
/** Of all generations: nothing stays behind that nobody can reach. */
const remove = (ask: Ask, caches: readonly string[]) =>
  Promise.all(
    caches.flatMap((cache) => CACHE.map((table) => ask(table, 'delete', table === 'meta' ? cache : range([cache])))),
  );

function handle(name: string, factory: () => IDBFactory | undefined, patienceMs: number): StoreHandle {
  const { run, onLost, close } = connect(name, factory, patienceMs);
  return {
    async read(cache, reader) {
      let unreadable = 0;
      const found = await run('readonly', CACHE, async (ask) => {
        const meta = await heldMeta(ask, cache);
        if (!meta) return null;
        const lacking = firstLacking(meta, reader);
        const keys = [cache, meta.gen];
        try {
          const [entries, chunks] = await Promise.all([
            ask<string[]>('entry', 'getAll', range(keys, [lacking ?? 0])),
            lacking === null ? ask<Kept[]>('chunk', 'getAll', range(keys)) : [],
          ]);
          return { meta, stored: whole(meta, lacking, chunks.map(chunkOf), entries) };
        } catch (error) {
          // The record is there and its file is gone (Chromium). Firefox says UnknownError, as for much that passes.
          if (++unreadable > 2 || /^(NotReadable|NotFound|Data)Error$/.test((error as DOMException).name))
            return { meta, stored: null };
          throw error;
        }
      });
      // Dropped, so that a body that began from nothing can be committed.
      if (found && !found.stored) {
        await run('readwrite', CACHE, async (ask) => {
          if ((await heldMeta(ask, cache))?.rev === found.meta.rev) await remove(ask, [cache]);
        });
      }
      return found?.stored ?? null;
    },
    async commit(change) {
      const { cache, meta, write } = change;
      const chunks = write.kind === 'whole' ? await Promise.all(write.chunks.map(keep)) : [];
      return run('readwrite', touched(change), async (ask) => {
        const [row, held] = await Promise.all([device(ask), heldMeta(ask, cache)]);
        if (!mayCommit(change, row, held)) return 'conflict';
        await Promise.all([
          write.kind === 'whole' && remove(ask, [cache]),
          ...chunks.map((chunk, n) => ask('chunk', 'put', chunk, [cache, meta.gen, n])),
          write.kind === 'delta' && ask('entry', 'put', write.entry, [cache, meta.gen, held?.entries]),
          ask('meta', 'put', meta, cache),
        ]);
        return 'done';
      });
    },
    drop: (caches, generation) =>
      run('readwrite', ALL, async (ask) => {
        if ((await device(ask))?.generation !== generation) return 'conflict';
        await remove(ask, caches);
        return 'done';
      }),
    list: () =>
      run('readonly', ['meta'], async (ask) => {
        const [names, metas] = await Promise.all([
          ask<string[]>('meta', 'getAllKeys'),
          ask<unknown[]>('meta', 'getAll'),
        ]);
        const held = new Map<string, Meta>();
        names.forEach((name, i) => {
          const meta = known(metas[i]);
          if (meta) held.set(name, meta);
        });
        return held;
      }),
    device: () =>
      run('readwrite', ['client'], async (ask) => {
        const held = await device(ask);
        const row = held ?? newDevice();
        if (!held) await setDevice(ask, row);
        return row;
      }),
    setDevice: (row) =>
      run('readwrite', ['client'], async (ask) => {
        if ((await device(ask))?.rev !== row.rev - 1) return 'conflict';
        await setDevice(ask, row);
        return 'done';
      }),
    wipe: () =>
      run('readwrite', ALL, async (ask) => {
        const row = wiped((await device(ask)) ?? newDevice());
        await Promise.all([...CACHE.map((table) => ask(table, 'clear')), setDevice(ask, row)]);
        return row;
      }),
    onLost,
    async close() {
      close();
    },
  };
}

function touched({ write }: StoredChange) {
  return write.kind === 'whole'
    ? ALL
    : write.kind === 'delta'
      ? (['meta', 'entry', 'client'] as const)
      : (['meta', 'client'] as const);
}

async function keep({ table, data }: Chunk): Promise<Kept> {
  return typeof data === 'string' ? { table, data } : { table, data: await data.arrayBuffer(), type: data.type };
}

function chunkOf({ table, data, type = '' }: Kept): Chunk {
  return { table, data: typeof data === 'string' ? data : new Blob([data], { type }) };
}
