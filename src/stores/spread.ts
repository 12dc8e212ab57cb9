/**
 * A table in several databases. A row is at home, or still where it was before the number of databases was changed. A
 * move copies the row to its home, then deletes the original. So a caller that asks first the databases that rows move
 * from, and then those that they move to, finds each row in at least one of the answers.
 */

import { type Shards, shardOf } from '../core/shards.ts';

/** One table, with a store for each database. */
export interface Spread<Store> {
  /** Where a row with this hash belongs, and where it was before. */
  home(hash: number): Store;
  former(hash: number): Store;
  /** The answers of all databases. */
  all<T>(ask: (store: Store) => Promise<T>): Promise<T[]>;
  /** The answers of the databases where some of the items are or were; each is asked only for its own. */
  each<Item, T>(items: readonly Item[], hashOf: (item: Item) => number, ask: Ask<Store, Item, T>): Promise<T[]>;
  /** The answers of the databases where the items belong, all asked in parallel. */
  atHome<Item, T>(items: readonly Item[], hashOf: (item: Item) => number, ask: Ask<Store, Item, T>): Promise<T[]>;
}
type Ask<Store, Item, T> = (store: Store, items: Item[]) => Promise<T>;

/** @param stores one per database that is used now or was before */
export function spreadOver<Store>(stores: readonly Store[], { now, before }: Shards): Spread<Store> {
  const kept = stores.slice(0, Math.min(now, before));
  const others = stores.slice(kept.length);
  const stages = before < now ? [kept, others] : [others, kept];
  const home = (hash: number) => stores[shardOf(hash, now)] as Store;
  const former = (hash: number) => stores[shardOf(hash, before)] as Store;

  async function inStages<T>(ask: (store: Store) => Promise<T>, isAsked: (store: Store) => boolean): Promise<T[]> {
    const answers: T[] = [];
    for (const stage of stages) answers.push(...(await Promise.all(stage.filter(isAsked).map(ask))));
    return answers;
  }

  return {
    home,
    former,
    all: (ask) => inStages(ask, () => true),
    each(items, hashOf, ask) {
      const asked = grouped(items, (item) => [home(hashOf(item)), former(hashOf(item))]);
      return inStages(
        (store) => ask(store, asked.get(store) ?? []),
        (store) => asked.has(store),
      );
    },
    atHome(items, hashOf, ask) {
      const asked = grouped(items, (item) => [home(hashOf(item))]);
      return Promise.all(Array.from(asked, ([store, own]) => ask(store, own)));
    },
  };
}

function grouped<Item, Store>(items: readonly Item[], storesOf: (item: Item) => Store[]): Map<Store, Item[]> {
  const groups = new Map<Store, Item[]>();
  for (const item of items) {
    for (const store of new Set(storesOf(item))) {
      const group = groups.get(store);
      if (group === undefined) groups.set(store, [item]);
      else group.push(item);
    }
  }
  return groups;
}
