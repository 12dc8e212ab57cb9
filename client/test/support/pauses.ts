/** A clock for tests of code that waits: it does not move, except for pauses, which end at once. */

import { onTestFinished, vi } from 'vitest';

/** Watchdogs last at least that long: they never end here, for nothing waits. */
const WATCHDOG_MS = 30_000;

/** The pauses so far, ms, one by one as they are made. */
export function countedPauses(): number[] {
  const pauses: number[] = [];
  vi.useFakeTimers({ toFake: ['Date'] });
  const real = globalThis.setTimeout;
  vi.stubGlobal('setTimeout', (run: (...values: unknown[]) => void, ms: number, ...values: unknown[]) => {
    // The platform has timers of its own.
    const isOurs = new Error().stack?.includes('/client/src/') === true;
    if (!isOurs || ms >= WATCHDOG_MS) return real(run, ms, ...values);
    pauses.push(ms);
    vi.setSystemTime(Date.now() + ms);
    return real(run, 0, ...values);
  });
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  return pauses;
}
