/**
 * A store that keeps working. When the database is lost or has no room, rows are kept in memory. The database is opened
 * again later, and everything that is held is written to it.
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

/** A handle that keeps working. */
type Kept = Omit<StoreHandle, 'wipe' | 'onLost'>;

export interface SafeStore {
  readonly handle: Kept;
  readonly device: DeviceRow;
  /** The store's generation under which this client writes. */
  readonly generation: number;
  readonly isInMemory: boolean;
  open(): Promise<DeviceRow>;
  commit(change: StoredChange): Promise<'done' | 'conflict'>;
  /** Keeps rows in memory until there is room again. */
  toMemory(): Promise<void>;
  keepDevice(row: DeviceRow): Promise<DeviceRow>;
  /** Everything in the database has to be dropped, even if the database is unreachable now. */
  dropsAll(): void;
  close(): Promise<void>;
}

interface World {
  store: Store;
  name: string;
  clock: Clock;
  device: string | undefined;
  /** All held copies. */
  held(): Iterable<HeldCopy>;
  /** A copy has another meta in the store that is used now; null: that store has a later version. */
  moved(cache: string, meta: Meta | null): void;
  lost(): void;
  healed(): void;
  /** Another tab has wiped the store. */
  wiped(): void;
}

export function safeStoreOf(world: World): SafeStore {
  const { store, name, clock } = world;
  let handle: StoreHandle;
  let device: DeviceRow;
  let isInMemory = !store.lasts;
  let isClosed = false;
  /** Copies that were dropped while the database was unreachable. */
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
    // The memory store takes the place of the lost one, with the same generation.
    if (row !== null) await opened.setDevice({ ...row, rev: fresh.rev + 1 });
    return opened;
  };

  /** Switches to another store and writes all held copies to it. */
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

  /** Saves the user whose answers were kept in memory. */
  const keepUser = async (opened: StoreHandle, row: DeviceRow): Promise<DeviceRow> => {
    const { user, clockOffsetMs } = device;
    if (user === null || row.user === user) return row;
    const next = { ...row, user, clockOffsetMs, rev: row.rev + 1 };
    if (row.user !== null || (await opened.setDevice(next)) === 'conflict')
      throw new StoreError('lost', 'The store belongs to another user.');
    return next;
  };

  /** Continues in memory if the database is gone. */
  const safely = async <T>(work: (on: StoreHandle) => Promise<T>): Promise<T> => {
    // A switch to memory is in progress: the database would fail again.
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
        // The store's generation is unknown: it is taken over, whatever it is, once the store opens.
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
