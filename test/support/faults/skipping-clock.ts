/**
 * A clock that runs, can be moved forward, and skips times without any activity. Timers use it, so a time-out for a
 * call that never
 * answers takes no real time, while running work still gets all the time that it needs.
 */
import { afterAll, beforeAll, vi } from 'vitest';
import { runningClock } from '../running-clock.ts';
import { activity } from './strikes.ts';

/** How often a timer checks the clock, ms. */
const LOOK_MS = 5;
/** There is no activity if no call was made, was running or was answered for this time, ms. */
const QUIET_MS = 30;

export interface SkippingClock {
  /** Moves the clock forward. */
  passMs(ms: number): void;
  /** The result of the work; once `may` returns true, times without activity are skipped meanwhile. */
  skipping<T>(work: Promise<T>, may: () => boolean): Promise<T>;
}

/** Mocks `Date.now` and timers while the file runs. */
export function skippingClock(): SkippingClock {
  const passMs = runningClock();
  const realTimeout = globalThis.setTimeout;
  const realClear = globalThis.clearTimeout;
  const due = new Map<number, { at: number; real: ReturnType<typeof setTimeout> }>();
  let last = 0;

  beforeAll(() => {
    vi.stubGlobal('setTimeout', (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      last -= 1;
      const id = last;
      const at = Date.now() + ms;
      // The real timer must be set by the caller: the platform continues the work only in that context.
      const look = () => {
        const leftMs = at - Date.now();
        if (leftMs > 0) {
          due.set(id, { at, real: realTimeout(look, Math.min(leftMs, LOOK_MS)) });
        } else {
          due.delete(id);
          work(...args);
        }
      };
      due.set(id, { at, real: realTimeout(look, Math.min(ms, LOOK_MS)) });
      return id;
    });
    vi.stubGlobal('clearTimeout', (id: number) => {
      realClear(due.get(id)?.real ?? id);
      due.delete(id);
    });
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  /** Moves the clock forward to the next timer. */
  function skip(): void {
    const nextAt = Math.min(...[...due.values()].map(({ at }) => at));
    if (Number.isFinite(nextAt)) passMs(Math.max(nextAt - Date.now(), 0));
  }

  async function skipping<T>(work: Promise<T>, may: () => boolean): Promise<T> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!isOver) {
      const { seen } = activity;
      await Promise.race([over.catch(() => undefined), new Promise((resolve) => realTimeout(resolve, QUIET_MS))]);
      if (may() && activity.underWay === 0 && activity.seen === seen) skip();
    }
    return over;
  }

  return { passMs, skipping };
}
