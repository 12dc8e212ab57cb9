/** The caches that an app holds: their snapshots, listeners and waiting calls. */

import type { Cache, CacheOptions, CacheStatus, Change, Row, Snapshot, Table } from '../api.ts';
import { type Tables, tablesOf } from '../data/table.ts';
import { failure } from '../error.ts';
import { type Copy, WHOLE } from './copies.ts';
import { demand } from './inputs.ts';
import { report } from './platform.ts';

interface World {
  copy(): Copy | undefined;
  status(hasData: boolean): CacheStatus;
  wall(): number;
  isClosed(): boolean;
  /** Asks the leading tab. Resolves when the answer is stored. */
  ask(what: 'refresh' | 'fresh', maxAgeS: number): Promise<void>;
  drop(): Promise<void>;
  /** The last holder has released it. */
  released(): void;
  /** It has no holder, listener or waiting call any more. */
  left(): void;
}

export interface View<T extends object> {
  /** Adds a holder; its `release` counts once. */
  hold(): Cache<T>;
  readonly snapshot: Snapshot<T>;
  readonly isHeld: boolean;
  /** It has no holder, listener or waiting call. */
  readonly isIdle: boolean;
  /** Tells subscribers of a new version, in a microtask. */
  changed(change: Change): void;
  /** Lets waiting calls look again. @returns whether the snapshot is a new object */
  look(): boolean;
}

const NO_TABLES: Readonly<Record<string, Table<never>>> = Object.freeze(Object.create(null));

export function viewOf<T extends object = Row>(options: CacheOptions, world: World): View<T> {
  let holders = 0;
  let snapshot: Snapshot<T> | null = null;
  let tables: Tables<T> | null = null;
  let shown: Copy['shown'] = null;
  const ears = new Set<(change: Change) => void>();
  const watchers = new Set<() => void>();
  /** The snapshot that watchers were last told of. */
  let told: Snapshot<T> | null = null;
  const waiters = new Set<() => void>();

  const take = (): Snapshot<T> => {
    const now = world.copy()?.shown ?? null;
    const status = world.status(now !== null);
    if (snapshot !== null && now === shown && isSame(snapshot.status, status)) return snapshot;
    if (now?.content !== shown?.content || tables === null) {
      tables = now === null ? null : tablesOf<T>(now.content, options, tables);
    }
    shown = now;
    snapshot = {
      version: now?.meta.version ?? null,
      etag: now?.meta.etag ?? null,
      tables: tables ?? (NO_TABLES as Tables<T>),
      body: now?.content.body ?? null,
      status,
    };
    return snapshot;
  };

  let pending: Change | null = null;
  const changed = (change: Change) => {
    if (ears.size === 0) return;
    if (pending === null) queueMicrotask(tellAll);
    pending = pending === null ? change : WHOLE;
  };
  const tellAll = () => {
    const change = pending;
    pending = null;
    if (change === null || world.isClosed()) return;
    callAll(ears, change);
  };
  const listen = <Change>(to: Set<(change: Change) => void>, name: string, heard: (change: Change) => void) => {
    demand(typeof heard === 'function', `${name}(heard): heard`, 'a function');
    // The same function may be registered twice.
    const own = (change: Change) => heard(change);
    to.add(own);
    return () => {
      to.delete(own);
      if (view.isIdle) world.left();
    };
  };

  /** Resolves with the snapshot once `isThere` holds for it. */
  const until = (isThere: (now: Snapshot<T>) => boolean, signal?: AbortSignal): Promise<Snapshot<T>> =>
    new Promise((resolve, reject) => {
      const end = (error: unknown, now: Snapshot<T>) => {
        waiters.delete(look);
        if (view.isIdle) world.left();
        signal?.removeEventListener('abort', look);
        if (error === null) resolve(now);
        else reject(error);
      };
      const look = () => {
        const now = take();
        const { sync, error } = now.status;
        if (isThere(now)) end(null, now);
        else if (signal?.aborted) end(signal.reason, now);
        else if (world.isClosed()) end(failure('closed'), now);
        else if (sync === 'denied') end(error, now);
      };
      waiters.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  const hasData = (now: Snapshot<T>) => now.status.data === 'held';
  const asked = async (what: 'refresh' | 'fresh', maxAgeS: number) => {
    await world.ask(what, maxAgeS);
    return until(hasData);
  };

  const shared: Omit<Cache<T>, 'release'> = {
    get snapshot() {
      return take();
    },
    subscribe: (heard) => listen(ears, 'subscribe', heard),
    watch: (heard) => listen(watchers, 'watch', heard),
    ready: ({ signal } = {}) => until(hasData, signal),
    async fresh(maxAgeS) {
      demand(maxAgeS >= 0, 'fresh(maxAgeS): maxAgeS', 'seconds, 0 or more');
      if (maxAgeS === Number.POSITIVE_INFINITY) return until(hasData);
      const { loadedAt } = world.copy()?.meta ?? {};
      const isFresh = loadedAt !== undefined && world.wall() - loadedAt <= maxAgeS * 1000;
      return isFresh ? take() : asked('fresh', maxAgeS);
    },
    refresh: () => asked('refresh', 0),
    drop: () => world.drop(),
  };
  const view: View<T> = {
    hold() {
      let isHolding = true;
      holders += 1;
      const release = () => {
        if (!isHolding) return;
        isHolding = false;
        holders -= 1;
        if (holders === 0) world.released();
      };
      return Object.assign(Object.create(shared), { release });
    },
    get snapshot() {
      return take();
    },
    get isHeld() {
      return holders > 0;
    },
    get isIdle() {
      return holders + ears.size + watchers.size + waiters.size === 0;
    },
    changed,
    look() {
      for (const look of [...waiters]) look();
      const now = take();
      if (now === told) return false;
      told = now;
      callAll(watchers, undefined);
      return true;
    },
  };
  return view;
}

function callAll<Change>(ears: Iterable<(change: Change) => void>, change: Change): void {
  for (const heard of [...ears]) {
    try {
      heard(change);
    } catch (error) {
      // An error of one listener is reported, and the others are still called.
      report(error);
    }
  }
}

function isSame(a: CacheStatus, b: CacheStatus): boolean {
  return (Object.keys(a) as (keyof CacheStatus)[]).every((name) => a[name] === b[name]);
}
