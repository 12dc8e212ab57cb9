/** What the client needs from the platform. Nothing here touches a global before a client is created. */

import type { Lifecycle } from '../api.ts';

/** Two clocks, random numbers and timers. */
export interface Clock {
  /** Monotonic, ms. */
  now(): number;
  /** The device's clock, ms since the epoch. */
  wall(): number;
  random(): number;
  /** Calls `ring` once after `ms`. @returns a function that cancels it */
  after(ms: number, ring: () => void): () => void;
}

/** Longest time that a timer accepts. */
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

/** The life cycle of a page; on other platforms nothing ever changes. */
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

/** Reports an error of an app's listener as the platform does, so that it stops nothing else. */
export function report(error: unknown): void {
  (globalThis.reportError ?? console.error)(error);
}

/** What tabs share: locks and a channel. */
export interface Shared {
  locks: LockManager;
  channel(name: string): BroadcastChannel;
}

export function platformShared(): Shared | null {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined || typeof BroadcastChannel === 'undefined') return null;
  return { locks, channel: (name) => new BroadcastChannel(name) };
}
