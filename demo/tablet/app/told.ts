/** A value that components can subscribe to. */

import { useSyncExternalStore } from 'react';

export interface Told<T> {
  get(): T;
  set(next: T): void;
  subscribe(heard: () => void): () => void;
}

export function told<T>(first: T): Told<T> {
  let now = first;
  const ears = new Set<() => void>();
  return {
    get: () => now,
    set(next) {
      if (Object.is(next, now)) return;
      now = next;
      for (const heard of [...ears]) heard();
    },
    subscribe(heard) {
      ears.add(heard);
      return () => ears.delete(heard);
    },
  };
}

export function useTold<T>({ subscribe, get }: Pick<Told<T>, 'subscribe' | 'get'>): T {
  return useSyncExternalStore(subscribe, get);
}
