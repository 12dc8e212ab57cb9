/** A clock that runs and can be moved forward, for the tests of the file that calls it. */
import { afterAll, beforeAll, vi } from 'vitest';

/** Mocks `Date.now` while the file runs; the returned function moves the clock forward by this many ms. */
export function runningClock(): (ms: number) => void {
  let passedMs = 0;
  beforeAll(() => {
    const now = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + passedMs);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
  return (ms) => {
    passedMs += ms;
  };
}
