/** What the client needs of the world. Nothing here touches a global before a client is made. */

import type { Lifecycle } from '../api.ts';

/** Two clocks, chance, and timers. */
export interface Clock {
  /** ms, never set. */
  now(): number;
  /** ms since the epoch, as the device has it. */
  wall(): number;
  random(): number;
  /** Calls `ring` once after so many ms; returns what ends that. */
  after(ms: number, ring: () => void): () => void;
}

/** Longest time that timers can be set to. */
const MOST_TIMER_MS = 2 ** 31 - 1;

export function platformClock(): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    after(ms, ring) {
      const timer = setTimeout(ring, Math.min(MOST_TIMER_MS, Math.max(0, ms)));
      return () => clearTimeout(timer);
    },
  };
}

/** The life of a page; elsewhere nothing ever changes. */
export function platformLifecycle(): Lifecycle {
  const { document, navigator } = globalThis;
  const pageEvents = ['visibilitychange', 'freeze', 'resume'];
  return {
    isVisible: () => document?.visibilityState !== 'hidden',
    isOnline: () => navigator?.onLine !== false,
    listen(heard) {
      if (document === undefined) return () => {};
      for (const name of pageEvents) document.addEventListener(name, heard);
      for (const name of ['online', 'offline', 'pageshow']) addEventListener(name, heard);
      return () => {
        for (const name of pageEvents) document.removeEventListener(name, heard);
        for (const name of ['online', 'offline', 'pageshow']) removeEventListener(name, heard);
      };
    },
  };
}

/** As the platform tells of what its listeners throw; nobody else suffers. */
export function report(error: unknown): void {
  (globalThis.reportError ?? console.error)(error);
}

/** What tabs share: locks and a channel; null where there is only one, or no way to agree. */
export interface Shared {
  locks: LockManager;
  channel(name: string): BroadcastChannel;
}

export function platformShared(): Shared | null {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined || typeof BroadcastChannel === 'undefined') return null;
  return { locks, channel: (name) => new BroadcastChannel(name) };
}
