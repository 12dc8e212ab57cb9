/**
 * A store that goes on. Where the database is lost or has no room, rows are kept in memory from then on, and it is opened again
 * later: then all that is held is written to it anew.
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
import { retriesOf } from './retries.ts';
import { type HeldCopy, rewrite } from './rewrite.ts';

/** A handle that goes on working. */
type Kept = Omit<StoreHandle, 'wipe' | 'onLost'>;

export interface SafeStore {
  readonly handle: Kept;
  readonly device: DeviceRow;
  /** Generation of the store that this client writes to. */
  readonly generation: number;
  readonly isInMemory: boolean;
  open(): Promise<DeviceRow>;
  commit(change: StoredChange): Promise<'done' | 'conflict'>;
  /** Keeps rows in memory until there is room again. */
  toMemory(): Promise<void>;
  keepDevice(row: DeviceRow): Promise<DeviceRow>;
  /** All that the database has is to go, also where it is not to be reached now. */
  dropsAll(): void;
  close(): Promise<void>;
}

interface World {
  store: Store;
  name: string;
  clock: Clock;
  device: string | undefined;
  /** All that is held. */
  held(): Iterable<HeldCopy>;
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
  /** Copies that were dropped while the database did not hear of it. */
  const gone = new Set<string>();
  let isAllGone = false;

  const openReal = async () => {
    const opened = await store.open(name);
    try {
      const row = await opened.device();
      opened.onLost(() => {
        if (opened === handle) fall('lost');
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

  /** Has another store take over, with all that is held. */
  const use = async (next: StoreHandle, row: DeviceRow, isMemory: boolean) => {
    const old = handle;
    if (!isMemory && isAllGone) for (const cache of (await next.list()).keys()) gone.add(cache);
    await rewrite(next, row.generation, world.held, isMemory ? new Set() : gone, (metas) => {
      handle = next;
      isInMemory = isMemory;
      device = { ...row, device: device.device };
      if (!isMemory) {
        fallen = null;
        isAllGone = false;
      }
      if (!isClosed) for (const [cache, meta] of metas) world.moved(cache, meta);
    });
    void old?.close().catch(() => {});
    if (isClosed) await next.close().catch(() => {});
  };

  let fallen: Promise<void> | null = null;
  const fall = (why: 'lost' | 'full') => {
    if (fallen !== null || isClosed) return;
    fallen = (async () => {
      await use(await openMemory(device), device, true);
      if (!isClosed) world.lost();
    })();
    retries.begin(why);
  };

  const goBack = async () => {
    const { opened, row } = await openReal();
    try {
      await fallen;
      const isWiped = row.generation !== device.generation && device.rev > 0;
      if (isWiped) world.wiped();
      if (isWiped || isClosed) return await opened.close();
      await use(opened, await keepUser(opened, row), false);
    } catch (error) {
      await opened.close().catch(() => {});
      throw error;
    }
    if (!isClosed) world.healed();
  };
  const retries = retriesOf(clock, goBack);

  /** What was learned in memory: whose answers are kept. */
  const keepUser = async (opened: StoreHandle, row: DeviceRow): Promise<DeviceRow> => {
    const { user, clockOffsetMs } = device;
    if (user === null || row.user === user) return row;
    const next = { ...row, user, clockOffsetMs, rev: row.rev + 1 };
    if (row.user !== null || (await opened.setDevice(next)) === 'conflict')
      throw new StoreError('lost', 'The store is of another user.');
    return next;
  };

  /** Goes on in memory where the database is gone. */
  const safely = async <T>(work: (on: StoreHandle) => Promise<T>): Promise<T> => {
    // On its way to memory: what the database cannot take is not tried there again.
    if (!isInMemory && fallen !== null) await fallen;
    try {
      return await work(handle);
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'lost' || isClosed || isInMemory) throw error;
      fall('lost');
      await fallen;
      return work(handle);
    }
  };

  const safe: Kept = {
    read: (cache, known) => safely((on) => on.read(cache, known)),
    commit: (change) => safely((on) => on.commit(change)),
    async drop(caches, generation) {
      const outcome = await safely((on) => on.drop(caches, generation));
      if (fallen === null) return outcome;
      for (const cache of caches) gone.add(cache);
      retries.dropped();
      return outcome;
    },
    list: () => safely((on) => on.list()),
    device: () => safely((on) => on.device()),
    setDevice: (row) => safely((on) => on.setDevice(row)),
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
        retries.begin('lost');
      }
      if (world.device !== undefined) device = { ...device, device: world.device };
      return device;
    },
    async commit(change) {
      const outcome = await safe.commit(change);
      if (outcome === 'conflict' && (await safe.device()).generation !== change.generation) world.wiped();
      return outcome;
    },
    async toMemory() {
      fall('full');
      await fallen;
    },
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
    dropsAll() {
      isAllGone = fallen !== null;
    },
    async close() {
      isClosed = true;
      retries.stop();
      await handle?.close();
    },
  };
}
