/**
 * A clock that runs, can be put forward, and skips the time in which nobody does anything: timers go by it, so a time-out
 * for what never answers costs nothing, and those who do something have all the time that they take.
 */
import { afterAll, beforeAll, vi } from 'vitest';
import { runningClock } from '../running-clock.ts';
import { activity } from './strikes.ts';

/** How often a timer looks at the clock, ms. */
const LOOK_MS = 5;
/** Nobody does anything when no call was made, is under way or was answered for so long, ms. */
const QUIET_MS = 30;

export interface SkippingClock {
  /** Puts the clock forward. */
  passMs(ms: number): void;
  /** What the work gives; from the moment that `may` tells, time in which nobody does anything is skipped meanwhile. */
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
      // The real timer is of whoever asked: only there the platform lets the work go on.
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

  /** Puts the clock forward to the next timer. */
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
