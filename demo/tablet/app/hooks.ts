/** What components follow besides caches: time, the last change of a cache, what the store holds. */

import type { Held, Parameters, Row } from '@freshet/client';
import { useFreshet } from '@freshet/client/react';
import { useEffect, useState } from 'react';
import type { Listing } from './listings.ts';

const TICK_MS = 1000;
/** The store is asked at most so often. */
const LOOK_MS = 500;

/** ms since the epoch, a new one each second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The last change of a cache that came while it was on the screen. */
export interface LastChange {
  at: number;
  came: number;
  went: number;
  /** Everything was replaced. */
  isWhole: boolean;
  /** Rows that came, each with its cells before where it was there with other ones. */
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
      // The first rows of all are no change.
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

/** What the device holds, and how much room there is. */
export interface Inventory {
  held: readonly Held[];
  bytes: number;
  quota: number | null;
  persisted: boolean;
}

/** Null: not looked at yet. */
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
    // A store that is closed meanwhile has nothing to tell.
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
