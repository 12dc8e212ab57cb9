/**
 * A store that goes on. Where the database is lost, rows are kept in memory from then on, and the database is opened again a
 * few times: then all that is held is written to it anew.
 */

import { memory } from '../store/memory.ts';
import {
  type DeviceRow,
  type Meta,
  type Store,
  type StoredChange,
  StoreError,
  type StoreHandle,
} from '../store/store.ts';
import type { Clock } from './platform.ts';

/** When a lost database is opened again, ms. */
const REOPEN_MS = [1000, 10_000, 60_000];

export interface SafeStore {
  readonly handle: StoreHandle;
  readonly device: DeviceRow;
  /** Generation of the store that this client writes to. */
  readonly generation: number;
  readonly isInMemory: boolean;
  open(): Promise<DeviceRow>;
  commit(change: StoredChange): Promise<'done' | 'conflict'>;
  /** Keeps rows in memory from now on. */
  toMemory(): Promise<void>;
  keepDevice(row: DeviceRow): Promise<DeviceRow>;
  /** Drops all caches; whoever else writes is told by the generation. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

interface World {
  store: Store;
  name: string;
  clock: Clock;
  device: string | undefined;
  /** All that is held, as whole bodies with their metas. */
  held(): Iterable<{ cache: string; meta: Meta; write: Extract<StoredChange['write'], { kind: 'whole' }> }>;
  /** What is held has another meta in the store that is used now; null: the store has a later version. */
  moved(cache: string, meta: Meta | null): void;
  lost(): void;
  healed(): void;
  /** Somebody has wiped the store. */
  wiped(): void;
}

export function safeStoreOf(world: World): SafeStore {
  const { store, name, clock } = world;
  let handle: StoreHandle;
  let device: DeviceRow;
  let isInMemory = !store.lasts;
  let isClosed = false;
  let reopenings = 0;
  let stopTimer = () => {};

  const openReal = async () => {
    const opened = await store.open(name);
    try {
      const row = await opened.device();
      opened.onLost(() => {
        if (opened === handle) falling();
      });
      return { opened, row };
    } catch (error) {
      await opened.close().catch(() => {});
      throw error;
    }
  };

  const openMemory = async (row: DeviceRow | null) => {
    const opened = await memory().open(name);
    const fresh = await opened.device();
    // It takes the place of the one that was lost, under the same generation.
    if (row !== null) await opened.setDevice({ ...row, rev: fresh.rev + 1 });
    return opened;
  };

  const writeAll = async (to: StoreHandle, generation: number) => {
    const there = await to.list();
    for (const { cache, meta, write } of world.held()) {
      const old = there.get(cache);
      if (old !== undefined && old.version > meta.version) {
        world.moved(cache, null);
        continue;
      }
      const rev = Math.max(old?.rev ?? 0, meta.rev) + 1;
      const gen = Math.max(old?.gen ?? 0, meta.gen) + 1;
      const moved = { ...meta, rev, gen };
      const outcome = await to.commit({ cache, generation, expected: old?.rev ?? null, meta: moved, write });
      world.moved(cache, outcome === 'done' ? moved : null);
    }
  };

  let fallen: Promise<void> | null = null;
  const toMemory = () => {
    fallen ??= (async () => {
      const dead = handle;
      handle = await openMemory(device);
      isInMemory = true;
      void dead?.close().catch(() => {});
      await writeAll(handle, device.generation);
      if (!isClosed) world.lost();
    })();
    return fallen;
  };
  const falling = () => {
    if (isInMemory || isClosed) return;
    void toMemory();
    reopenLater();
  };

  const reopenLater = () => {
    const ms = REOPEN_MS[reopenings];
    if (ms === undefined || isClosed) return;
    reopenings += 1;
    stopTimer = clock.after(ms, () => {
      reopen().catch(reopenLater);
    });
  };

  const reopen = async () => {
    const { opened, row } = await openReal();
    await fallen;
    if (isClosed) return opened.close();
    if (row.generation !== device.generation && device.rev > 0) return world.wiped();
    await writeAll(opened, row.generation);
    const old = handle;
    handle = opened;
    device = row;
    isInMemory = false;
    fallen = null;
    world.healed();
    await old.close();
  };

  /** Goes on in memory where the database is gone. */
  const safely = async <T>(work: (on: StoreHandle) => Promise<T>): Promise<T> => {
    try {
      return await work(handle);
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'lost' || isClosed || isInMemory) throw error;
      falling();
      await fallen;
      return work(handle);
    }
  };

  const safe: StoreHandle = {
    read: (cache, known) => safely((on) => on.read(cache, known)),
    commit: (change) => safely((on) => on.commit(change)),
    drop: (caches, generation) => safely((on) => on.drop(caches, generation)),
    list: () => safely((on) => on.list()),
    device: () => safely((on) => on.device()),
    setDevice: (row) => safely((on) => on.setDevice(row)),
    wipe: () => safely((on) => on.wipe()),
    onLost() {},
    close: () => handle.close(),
  };

  return {
    handle: safe,
    get device() {
      return device;
    },
    get generation() {
      return device.generation;
    },
    get isInMemory() {
      return isInMemory;
    },
    async open() {
      try {
        const { opened, row } = await openReal();
        handle = opened;
        device = row;
      } catch {
        handle = await openMemory(null);
        // The generation of the store is not known: whatever it is, it is taken when the store opens.
        device = { ...(await handle.device()), rev: 0 };
        isInMemory = true;
        fallen = Promise.resolve();
        reopenLater();
      }
      if (world.device !== undefined) device = { ...device, device: world.device };
      return device;
    },
    async commit(change) {
      const outcome = await safe.commit(change);
      if (outcome === 'conflict' && (await safe.device()).generation !== change.generation) world.wiped();
      return outcome;
    },
    toMemory,
    async keepDevice(row) {
      for (;;) {
        const now = await safe.device();
        if (now.generation !== row.generation) {
          world.wiped();
          return device;
        }
        const next = { ...now, user: now.user ?? row.user, clockOffsetMs: row.clockOffsetMs, rev: now.rev + 1 };
        if ((await safe.setDevice(next)) === 'conflict') continue;
        device = { ...next, device: device.device };
        return device;
      }
    },
    async wipe() {
      await safe.wipe();
    },
    async close() {
      isClosed = true;
      stopTimer();
      await handle?.close();
    },
  };
}
