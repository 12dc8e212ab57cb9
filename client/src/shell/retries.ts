/** When a database that is lost or has no room is tried again. */

import { isFull } from '../store/store.ts';
import type { Clock } from './platform.ts';

/** Waits for a lost database, ms; then it is given up. */
const LOST_MS = [1000, 10_000, 60_000];
/** Waits for one without room, ms: short after a copy was dropped, otherwise doubling. */
const AFTER_DROP_MS = 1000;
const FIRST_ROOM_MS = 60_000;
const MOST_ROOM_MS = 3_600_000;
/** After working for this long, a database starts with the first wait again, ms. */
const WORKED_MS = 60_000;

export interface Retries {
  /** The database has failed. */
  begin(why: 'lost' | 'full'): void;
  /** A copy was dropped: there may be room. */
  dropped(): void;
  stop(): void;
}

/** `attempt` returns to the database. @throws StoreError */
export function retriesOf(clock: Clock, attempt: () => Promise<void>): Retries {
  /** Tries in a row. */
  let tries = 0;
  let isOfRoom = false;
  let isTrying = false;
  let isStopped = false;
  let workedAt = Number.NEGATIVE_INFINITY;
  let stopTimer = () => {};

  const again = () => {
    const ms = isOfRoom ? Math.min(MOST_ROOM_MS, FIRST_ROOM_MS * 2 ** tries) : LOST_MS[tries];
    if (ms === undefined) return;
    tries += 1;
    retryIn(ms);
  };
  const retryIn = (ms: number) => {
    stopTimer();
    if (!isStopped) stopTimer = clock.after(ms, () => void retry());
  };
  const retry = async () => {
    if (isTrying) return;
    isTrying = true;
    try {
      await attempt();
      isOfRoom = false;
      workedAt = clock.now();
      stopTimer();
    } catch (error) {
      isOfRoom ||= isFull(error);
      again();
    } finally {
      isTrying = false;
    }
  };

  return {
    begin(why) {
      isOfRoom = why === 'full';
      if (clock.now() - workedAt > WORKED_MS) tries = 0;
      again();
    },
    dropped() {
      if (isOfRoom) retryIn(AFTER_DROP_MS);
    },
    stop() {
      isStopped = true;
      stopTimer();
    },
  };
}
