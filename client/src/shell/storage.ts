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
  maxBytes: number;
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
  const { store, copies, bodies, tell, isUsed } = world;

  /** Copies that may be evicted, the least recently used first; never pinned or used ones. */
  const evictable = async (except: string) =>
    [...(await store.handle.list())]
      .filter(([cache, { keep }]) => keep !== 'pinned' && cache !== except && !isUsed(cache))
      .sort(([, a], [, b]) => a.usedAt - b.usedAt);

  const evict = async (cache: string) => {
    await store.handle.drop([cache], store.generation);
    tell({ type: 'dropped', cache });
    world.evicted(cache);
  };

  const keepToBound = async (except: string) => {
    if (world.maxBytes === Number.POSITIVE_INFINITY) return;
    const metas = await store.handle.list();
    let bytes = 0;
    for (const { keep, bytes: own } of metas.values()) if (keep !== 'pinned') bytes += own;
    for (const [cache, meta] of await evictable(except)) {
      if (bytes <= world.maxBytes) return;
      bytes -= meta.bytes;
      await evict(cache);
    }
  };

  /** Commits; if there is no room, evicts other copies. */
  const commit = async (cache: string, work: () => Promise<Outcome>) => {
    for (let evictions = 0; ; evictions += 1) {
      try {
        return await work();
      } catch (error) {
        const [victim] = isFull(error) && evictions < MOST_EVICTIONS ? await evictable(cache) : [];
        if (victim === undefined) throw error;
        await evict(victim[0]);
      }
    }
  };

  const write = async (
    cache: string,
    how: 'load' | 'delta' | 'note',
    work: () => Promise<Outcome>,
    makeRoom = commit,
  ) => {
    try {
      const outcome = await makeRoom(cache, work);
      if (outcome.type === 'stored') {
        world.stored(cache, outcome.meta, how, sizeOf(bodies.get(cache)));
        bodies.delete(cache);
        if (how !== 'note') await keepToBound(cache).catch(() => {});
      }
      tell({ ...outcome, cache });
    } catch (error) {
      tell({ type: 'unstored', cache, isFull: isFull(error) });
    }
  };

  const keepUser = async (user: string, token: number) => {
    const { device } = store;
    const offsetMs = world.offsetMs();
    const isKnown = device.user === user && Math.abs(device.clockOffsetMs - offsetMs) < OFFSET_MS;
    // If it cannot be stored, the store cannot contain answers for another user.
    const row = isKnown
      ? device
      : await store.keepDevice({ ...device, user, clockOffsetMs: offsetMs }).catch(() => null);
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

  const nothing: ReadonlyMap<string, Meta> = new Map();
  const list = () => store.handle.list().catch(() => nothing);
  return (command) => {
    if (command.do === 'read') {
      const { cache } = command;
      const held = () => copies.get(cache)?.meta ?? null;
      void copies
        .read(cache)
        .catch(held)
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
      void write(
        cache,
        'note',
        () => copies.compact(cache),
        (_cache, work) => work(),
      );
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
