/** Carries out the machine's commands to the store. Every command ends in an event. */

import type { Command, Happening } from '../core/events.ts';
import type { Meta } from '../store/store.ts';
import { isFull } from '../store/store.ts';
import type { Body, Copies, Outcome } from './copies.ts';
import type { SafeStore } from './safe-store.ts';

interface World {
  store: SafeStore;
  copies: Copies;
  bodies: Map<string, Body>;
  maxBytes: number | undefined;
  offsetMs(): number;
  isUsed(cache: string): boolean;
  tell(happening: Happening): void;
  /** A copy was stored: other tabs may want to read it. */
  stored(cache: string, meta: Meta, how: 'load' | 'delta' | 'note', bytes: number): void;
  evicted(cache: string): void;
  /** Other tabs must no longer show these copies. */
  denied(caches: readonly string[]): void;
}

/** The device's row is written again if the clock offset changed by at least this, ms. */
const OFFSET_MS = 10_000;
/** Most copies that are evicted to make room for one. */
const MOST_EVICTIONS = 100;

export function storageOf(world: World): (command: Command) => void {
  const { store, copies, bodies, maxBytes, tell, isUsed } = world;

  const list = () => store.handle.list().catch((): ReadonlyMap<string, Meta> => new Map());

  /** Copies that may be evicted, the least recently used first; never pinned or used ones. */
  const evictable = (metas: ReadonlyMap<string, Meta>, except: string) =>
    [...metas]
      .filter(([cache, meta]) => meta.keep !== 'pinned' && cache !== except && !isUsed(cache))
      .sort(([, a], [, b]) => a.usedAt - b.usedAt);

  const evict = async (cache: string) => {
    await store.handle.drop([cache], store.generation);
    tell({ type: 'dropped', cache });
    world.evicted(cache);
  };

  /** Commits that pass before the copies are counted again. */
  let uncounted = 0;
  let counting = Promise.resolve();

  /** Counting lists all copies. If they are many, some commits pass between two counts, and room is left for them. */
  const keepToBound = async (except: string) => {
    if (maxBytes === undefined || uncounted-- > 0) return;
    const metas = await list();
    uncounted = Math.floor(metas.size / 16);
    let bytes = 0;
    for (const meta of metas.values()) if (meta.keep !== 'pinned') bytes += meta.bytes;
    bytes *= 1 + uncounted / metas.size;
    for (const [cache, meta] of evictable(metas, except)) {
      if (bytes <= maxBytes) return;
      bytes -= meta.bytes;
      await evict(cache);
    }
  };

  /** Commits; if there is no room, evicts at most `evictions` other copies. */
  const commit = async (cache: string, work: () => Promise<Outcome>, evictions: number) => {
    for (let left = evictions; ; left--) {
      try {
        return await work();
      } catch (error) {
        const victim = isFull(error) && left > 0 && evictable(await list(), cache)[0];
        if (!victim) throw error;
        await evict(victim[0]);
      }
    }
  };

  const write = async (
    cache: string,
    how: 'load' | 'delta' | 'note',
    work: () => Promise<Outcome>,
    evictions = MOST_EVICTIONS,
  ) => {
    try {
      const outcome = await commit(cache, work, evictions);
      if (outcome.type === 'stored') {
        world.stored(cache, outcome.meta, how, sizeOf(bodies.get(cache)));
        bodies.delete(cache);
      }
      tell({ ...outcome, cache });
      if (how !== 'note') counting = counting.then(() => keepToBound(cache)).catch(() => {});
    } catch (error) {
      tell({ type: 'unstored', cache, isFull: isFull(error) });
    }
  };

  const keepUser = async (user: string, token: number) => {
    const { device } = store;
    const clockOffsetMs = world.offsetMs();
    const isKnown = device.user === user && Math.abs(device.clockOffsetMs - clockOffsetMs) < OFFSET_MS;
    // If it cannot be stored, the store cannot contain answers for another user.
    const row = isKnown ? device : await store.keepDevice({ ...device, user, clockOffsetMs }).catch(() => null);
    tell({ type: 'userKept', user: row?.user ?? user, told: user, token });
  };

  /** Drops copies and stops showing them, stored or not. */
  const dropDenied = async (caches: readonly string[]) => {
    await store.handle.drop(caches, store.generation).catch(() => {});
    for (const cache of caches) {
      copies.forget(cache);
      tell({ type: 'dropped', cache });
    }
    world.denied(caches);
  };

  return (command) => {
    if (command.do === 'read') {
      const { cache } = command;
      void copies
        .read(cache)
        .catch(() => copies.get(cache)?.meta ?? null)
        .then((meta) => tell({ type: 'read', cache, meta }));
    } else if (command.do === 'list') {
      void list().then((metas) => tell({ type: 'listed', metas }));
    } else if (command.do === 'apply') {
      const { cache, item } = command;
      const body = bodies.get(cache);
      if (body === undefined) tell({ type: 'conflict', cache });
      else void write(cache, item.delta === null ? 'load' : 'delta', () => copies.apply(cache, item, body));
    } else if (command.do === 'note') {
      const { cache, item } = command;
      void write(cache, 'note', () => copies.note(cache, item));
    } else if (command.do === 'compact') {
      const { cache } = command;
      // No copy is evicted for a rewrite.
      void write(cache, 'note', () => copies.compact(cache), 0);
    } else if (command.do === 'drop') {
      void dropDenied([command.cache]);
    } else if (command.do === 'dropAll') {
      store.dropsAll();
      void list().then((metas) => dropDenied([...new Set([...command.caches, ...metas.keys()])]));
    } else if (command.do === 'toMemory') void store.toMemory();
    else if (command.do === 'keepUser') void keepUser(command.user, command.token);
  };
}

function sizeOf(body: Body | undefined): number {
  if (body === undefined) return 0;
  return 'text' in body ? body.text.length : body.blob.size;
}
