/** A store handle over any database with transactions: what each method reads and writes in one transaction. */

import { firstLacking, known, mayCommit, newDevice, whole, wiped } from './rules.ts';
import type { Chunk, DeviceRow, Meta, StoreHandle } from './store.ts';

/** One transaction on the tables. */
export interface Transaction<K> {
  device(): Promise<DeviceRow | null | undefined>;
  setDevice(row: DeviceRow): Promise<unknown>;
  /** The stored value, of any type. */
  meta(cache: string): Promise<unknown>;
  metas(): Promise<readonly (readonly [cache: string, meta: unknown])[]>;
  /** In order. */
  chunks(cache: string, gen: number): Promise<readonly K[]>;
  /** In order, from `from` on. */
  entries(cache: string, gen: number, from: number): Promise<readonly string[]>;
  putMeta(cache: string, meta: Meta): Promise<unknown>;
  putChunks(cache: string, gen: number, chunks: readonly K[]): Promise<unknown>;
  putEntry(cache: string, gen: number, n: number, entry: string): Promise<unknown>;
  /** Removes everything stored of these caches, in all generations: no unreachable rest may stay. */
  remove(caches: readonly string[]): Promise<unknown>;
  /** Removes all caches. */
  clear(): Promise<unknown>;
}

/** The tables that a transaction touches, and whether it writes. */
export type Scope = 'read' | 'list' | 'device' | 'note' | 'delta' | 'whole';

/** A database that keeps rows in transactions. `K`: a stored chunk. */
export interface Keeper<K> {
  /** `work` must wait only for the transaction; it may run more than once. */
  run<T>(scope: Scope, work: (transaction: Transaction<K>) => Promise<T>): Promise<T>;
  encode(chunk: Chunk): Promise<K>;
  decode(kept: K): Promise<Chunk> | Chunk;
  /** Whether an error while reading a chunk or an entry means that it is gone. */
  isGone(error: Error): boolean;
  onLost: StoreHandle['onLost'];
  close(): void;
}

export function storeHandle<K>({ run, encode, decode, isGone, onLost, close }: Keeper<K>): StoreHandle {
  return {
    async read(cache, reader) {
      let unreadable = 0;
      const found = await run('read', async (transaction) => {
        const meta = known(await transaction.meta(cache));
        if (!meta) return null;
        const lacking = firstLacking(meta, reader);
        try {
          const [entries, kept] = await Promise.all([
            transaction.entries(cache, meta.gen, lacking ?? 0),
            lacking === null ? transaction.chunks(cache, meta.gen) : [],
          ]);
          return { meta, lacking, entries, kept };
        } catch (error) {
          // Some platforms have no error name for this: data that fails on three connections is gone.
          if (++unreadable < 3 && !isGone(error as Error)) throw error;
          return { meta, lacking, entries: [], kept: null };
        }
      });
      if (!found) return null;
      const { meta, lacking, entries, kept } = found;
      const stored = kept && whole(meta, lacking, await Promise.all(kept.map(decode)), entries);
      // Dropped, so that a body that started from nothing can be committed.
      if (!stored) {
        await run('whole', async (transaction) => {
          if (known(await transaction.meta(cache))?.rev === meta.rev) await transaction.remove([cache]);
        });
      }
      return stored;
    },
    async commit(change) {
      const { cache, meta, write } = change;
      const chunks = write.kind === 'whole' ? await Promise.all(write.chunks.map(encode)) : [];
      return run(write.kind, async (transaction) => {
        const [row, kept] = await Promise.all([transaction.device(), transaction.meta(cache)]);
        const held = known(kept);
        if (!mayCommit(change, row, held)) return 'conflict';
        await Promise.all([
          write.kind === 'whole' && transaction.remove([cache]),
          transaction.putChunks(cache, meta.gen, chunks),
          write.kind === 'delta' && held && transaction.putEntry(cache, meta.gen, held.entries, write.entry),
          transaction.putMeta(cache, meta),
        ]);
        return 'done';
      });
    },
    drop: (caches, generation) =>
      run('whole', async (transaction) => {
        if ((await transaction.device())?.generation !== generation) return 'conflict';
        await transaction.remove(caches);
        return 'done';
      }),
    list: () =>
      run('list', async (transaction) => {
        const metas = await transaction.metas();
        return new Map(metas.filter(([, meta]) => known(meta)) as [string, Meta][]);
      }),
    device: () =>
      run('device', async (transaction) => {
        const held = await transaction.device();
        const row = held ?? newDevice();
        if (!held) await transaction.setDevice(row);
        return row;
      }),
    setDevice: (row) =>
      run('device', async (transaction) => {
        if ((await transaction.device())?.rev !== row.rev - 1) return 'conflict';
        await transaction.setDevice(row);
        return 'done';
      }),
    wipe: () =>
      run('whole', async (transaction) => {
        const row = wiped((await transaction.device()) ?? newDevice());
        await Promise.all([transaction.clear(), transaction.setDevice(row)]);
        return row;
      }),
    onLost,
    async close() {
      close();
    },
  };
}
