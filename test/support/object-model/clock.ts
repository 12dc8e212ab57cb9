/** Clock and chance of the model: time passes only where a command says so. */
import { afterAll, beforeAll, vi } from 'vitest';

/** When every run begins: so far ahead that the platform rings no alarm by itself. */
const START_MS = Date.UTC(2100, 0);

let now = START_MS;

/** The model's clock, ms since the epoch. */
export const clock = {
  get now(): number {
    return now;
  },
  /** Puts it forward; it never goes back. */
  advance(to: number): void {
    now = Math.max(now, to);
  },
  restart(): void {
    now = START_MS;
  },
};

/** While the file runs, `Date.now` is the model's clock, and chance always gives the same. */
export function controlClockAndChance(): void {
  beforeAll(() => {
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
}
