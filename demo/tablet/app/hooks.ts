/** Hooks for more than caches: the time, the last change of a cache, and what the store holds. */

import type { Held, Parameters, Row } from '@freshet/client';
import { useFreshet } from '@freshet/client/react';
import { useEffect, useState } from 'react';
import type { Listing } from './listings.ts';

const TICK_MS = 1000;
/** Least time between two reads of the store. */
const LOOK_MS = 500;

/** ms since the epoch, updated each second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The last change of a cache while it was on the screen. */
export interface LastChange {
  at: number;
  came: number;
  went: number;
  /** Everything was replaced. */
  isWhole: boolean;
  /** Rows that were inserted, each with its previous cells if it existed before. */
  fresh: ReadonlyMap<number, Row | undefined>;
}

/** `parameters` must be the same object for the same cache. */
export function useLastChange({ title, table, key }: Listing, parameters: Parameters): LastChange | null {
  const client = useFreshet();
  const [change, setChange] = useState<LastChange | null>(null);
  useEffect(() => {
    setChange(null);
    const cache = client.cache(title, parameters);
    const rowsByKey = () => new Map([...(cache.snapshot.tables[table] ?? [])].map((row) => [row[key], row]));
    let before = rowsByKey();
    const stop = cache.subscribe(({ inserted, deleted, whole }) => {
      const rows = cache.snapshot.tables[table];
      const fresh = inserted.map((id) => [id, before.get(rows?.get(id)?.[key])] as const);
      // The first rows do not count as a change.
      if (before.size > 0) {
        setChange({
          at: Date.now(),
          came: inserted.length,
          went: deleted.length,
          isWhole: whole,
          fresh: new Map(whole ? [] : fresh),
        });
      }
      before = rowsByKey();
    });
    return () => {
      stop();
      cache.release();
    };
  }, [client, title, table, key, parameters]);
  return change;
}

/** What the device holds, and how much room it has. */
export interface Inventory {
  held: readonly Held[];
  bytes: number;
  quota: number | null;
  persisted: boolean;
}

/** Null: not read yet. */
export function useInventory(): Inventory | null {
  const client = useFreshet();
  const [inventory, setInventory] = useState<Inventory | null>(null);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      timer = undefined;
      const [held, usage] = await Promise.all([client.held(), client.usage()]);
      if (!isOver) setInventory({ held, ...usage });
    };
    // If the store was closed in the meantime, the error is ignored.
    const lookSoon = () => {
      timer ??= setTimeout(() => look().catch(() => undefined), LOOK_MS);
    };
    look().catch(() => undefined);
    const stop = client.subscribe(lookSoon);
    return () => {
      isOver = true;
      clearTimeout(timer);
      stop();
    };
  }, [client]);
  return inventory;
}
