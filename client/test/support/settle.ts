/** Waits while the test controls the clock. Call first: `vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })`. */

import { vi } from 'vitest';

/** Turns of the loop in which nothing happens before the next timer goes off: far more than a transaction takes. */
const QUIET_TURNS = 300;

/** How a promise ends: its timers go off, one after the other, when all else has come to rest. */
export async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let ended: PromiseSettledResult<T> | undefined;
  const ending = Promise.allSettled([promise]).then(([result]) => {
    ended = result;
  });
  for (let timers = 0; !ended && timers < 100; timers += 1) {
    for (let turn = 0; !ended && turn < QUIET_TURNS; turn += 1) await new Promise(setImmediate);
    if (!ended) vi.advanceTimersToNextTimer();
  }
  if (!ended) throw new Error('It waits for ever.');
  await ending;
  return ended;
}

/** What a promise gives, its timers gone off as in `settle`. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  await settle(promise);
  return promise;
}
