/** A store that ends with the app: for platforms without a lasting store, and for tests. */

import { firstLacking, known, mayCommit, newDevice, whole, wiped } from './rules.ts';
import { type Chunk, type DeviceRow, type Meta, type Store, StoreError, type StoreHandle } from './store.ts';

interface Held {
  meta: Meta;
  chunks: readonly Chunk[];
  entries: readonly string[];
}

interface Database {
  device: DeviceRow | null;
  caches: Map<string, Held>;
}

/** Keeps caches in memory. Handles of one store with the same name share their data, as tabs do. */
export function memory(): Store {
  const databases = new Map<string, Database>();
  return {
    lasts: false,
    async open(name) {
      const database = databases.get(name) ?? { device: null, caches: new Map() };
      databases.set(name, database);
      return handle(database);
    },
  };
}

/** Each method changes the data without a pause in between, which makes it one transaction. */
function handle(database: Database): StoreHandle {
  const { caches } = database;
  let isClosed = false;
  const usable = () => {
    if (isClosed) throw new StoreError('lost', 'The store is closed.');
  };
  const device = () => {
    database.device ??= newDevice();
    return database.device;
  };

  return {
    async read(cache, reader) {
      usable();
      const held = caches.get(cache);
      if (!held || !known(held.meta)) return null;
      const lacking = firstLacking(held.meta, reader);
      const stored = whole(held.meta, lacking, held.chunks, held.entries.slice(lacking ?? 0));
      if (!stored) caches.delete(cache);
      return stored;
    },
    async commit(change) {
      usable();
      const { cache, meta, write } = change;
      const held = caches.get(cache);
      if (!mayCommit(change, database.device, known(held?.meta))) return 'conflict';
      const { chunks, entries } = held ?? { chunks: [], entries: [] };
      if (write.kind === 'whole') caches.set(cache, { meta, chunks: [...write.chunks], entries: [] });
      else caches.set(cache, { meta, chunks, entries: write.kind === 'delta' ? [...entries, write.entry] : entries });
      return 'done';
    },
    async drop(names, generation) {
      usable();
      if (database.device?.generation !== generation) return 'conflict';
      for (const name of names) caches.delete(name);
      return 'done';
    },
    async list() {
      usable();
      return new Map([...caches].flatMap(([cache, { meta }]) => (known(meta) ? [[cache, meta]] : [])));
    },
    async device() {
      usable();
      return { ...device() };
    },
    async setDevice(row) {
      usable();
      if (database.device?.rev !== row.rev - 1) return 'conflict';
      database.device = { ...row };
      return 'done';
    },
    async wipe() {
      usable();
      caches.clear();
      database.device = wiped(device());
      return { ...database.device };
    },
    onLost() {},
    async close() {
      isClosed = true;
    },
  };
}
