/** The caches that this tab holds, each shown in one or more ways. */

import type { Cache, CacheOptions, CacheStatus, Change, Parameters, Snapshot, Storage } from '../api.ts';
import type { State } from '../core/state.ts';
import { syncOf } from '../core/status.ts';
import type { Copies, Described } from './copies.ts';
import { cacheId } from './ids.ts';
import { checkedCache } from './inputs.ts';
import type { Clock } from './platform.ts';
import type { Progress } from './requests.ts';
import type { Told } from './told.ts';
import { type View, viewOf } from './views.ts';

/** Most unused copies that stay in memory, so that a component that returns shows them at once. */
const MOST_UNUSED = 64;

export interface Holders {
  hold<T extends object>(title: string, parameters: Parameters, options: CacheOptions): Cache<T>;
  /** The snapshot of a cache, without holding it. */
  peek<T extends object>(title: string, parameters: Parameters, options: CacheOptions): Snapshot<T>;
  isOwn(cache: string): boolean;
  describe(cache: string): Described;
  changed(cache: string, change: Change): void;
  /** A cache was stored that this tab may not use. */
  stored(cache: string): void;
  /** Updates the snapshots of these caches, or of all (null). @returns whether any changed */
  look(caches: ReadonlySet<string> | null): boolean;
}

interface World {
  state(): State;
  copies: Copies;
  told: Told;
  clock: Clock;
  progress(cache: string): Progress | undefined;
  storage(): Storage;
  isClosed(): boolean;
  ask(what: 'refresh' | 'fresh', cache: string, maxAgeS: number): Promise<void>;
  drop(cache: string): Promise<void>;
  used(cache: string, title: string, parameters: Parameters, isUsed: boolean): void;
  forgotten(cache: string): void;
  /** The cache may have no listener left. */
  left(cache: string): void;
}

interface Held {
  title: string;
  parameters: Parameters;
  isPinned: boolean;
  /** By the way they show rows. */
  views: Map<string, View<object>>;
}

export function holdersOf(world: World): Holders {
  const held = new Map<string, Held>();
  /** Unused caches, the least recently used first. */
  const unused = new Set<string>();

  const statusOf = (id: string, hasData: boolean): CacheStatus => {
    const state = world.state();
    const cache = state.caches.get(id);
    const meta = world.copies.get(id)?.meta ?? world.copies.get(id)?.shown?.meta;
    const own = cache === undefined ? null : syncOf(state, cache);
    const { sync, retryAt, error } = own ??
      world.told.get(id) ?? { sync: state.isVisible ? 'idle' : 'paused', retryAt: null, error: null };
    return {
      data: hasData ? 'held' : 'none',
      storage: world.storage(),
      sync: cache === undefined ? 'reading' : sync,
      checkedAt: meta?.checkedAt ?? null,
      loadedAt: meta?.loadedAt ?? null,
      expiresAt: meta?.expiresAt ?? null,
      retryAt,
      progress: world.progress(id) ?? null,
      error,
    };
  };

  const isOwn = (id: string) => [...(held.get(id)?.views.values() ?? [])].some(({ isHeld }) => isHeld);

  const retire = (id: string) => {
    unused.delete(id);
    unused.add(id);
    const [oldest] = unused;
    if (unused.size <= MOST_UNUSED || oldest === undefined) return;
    unused.delete(oldest);
    world.forgotten(oldest);
  };

  const viewFor = (id: string, one: Held, options: CacheOptions): View<object> =>
    viewOf(options, {
      copy: () => world.copies.get(id),
      status: (hasData) => statusOf(id, hasData),
      wall: world.clock.wall,
      isClosed: world.isClosed,
      ask: (what, maxAgeS) => world.ask(what, id, maxAgeS),
      drop: () => world.drop(id),
      released() {
        if (isOwn(id)) return;
        world.used(id, one.title, one.parameters, false);
        retire(id);
      },
      left: () => world.left(id),
    });

  const find = (...asked: [string, Parameters, CacheOptions]) => {
    const [title, parameters, options] = checkedCache(...asked);
    const id = cacheId(title, parameters);
    const one: Held = held.get(id) ?? { title, parameters, isPinned: false, views: new Map() };
    held.set(id, one);
    const how = `${options.rows ?? 'object'}-${options.numbers ?? 'native'}`;
    const view = one.views.get(how) ?? viewFor(id, one, options);
    one.views.set(how, view);
    return { id, one, view, parameters };
  };

  const lookAt = (id: string): boolean => {
    const one = held.get(id);
    if (one === undefined) return false;
    let isChanged = false;
    for (const [how, view] of one.views) {
      if (view.look()) isChanged = true;
      if (view.isIdle && !unused.has(id)) one.views.delete(how);
    }
    if (one.views.size === 0) held.delete(id);
    return isChanged;
  };

  return {
    hold<T extends object>(title: string, given: Parameters, options: CacheOptions) {
      const { id, one, view, parameters } = find(title, given, options);
      if (options.keep === 'pinned') one.isPinned = true;
      const isFirst = !isOwn(id);
      const cache = view.hold();
      unused.delete(id);
      if (isFirst && !world.isClosed()) world.used(id, title, parameters, true);
      return cache as Cache<T>;
    },
    peek<T extends object>(title: string, parameters: Parameters, options: CacheOptions) {
      const { id, view } = find(title, parameters, options);
      if (!isOwn(id)) retire(id);
      return view.snapshot as Snapshot<T>;
    },
    isOwn,
    describe(id) {
      const one = held.get(id);
      const { title = '', parameters = {} } = one ?? world.state().caches.get(id) ?? {};
      return { title, parameters, keep: one ? (one.isPinned ? 'pinned' : 'lru') : null, isUsed: isOwn(id) };
    },
    changed(id, change) {
      for (const view of held.get(id)?.views.values() ?? []) view.changed(change);
    },
    stored(id) {
      if (!isOwn(id)) retire(id);
    },
    look(caches) {
      let isChanged = false;
      for (const id of caches ?? held.keys()) if (lookAt(id)) isChanged = true;
      return isChanged;
    },
  };
}
