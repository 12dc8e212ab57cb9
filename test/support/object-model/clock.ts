/** Clock and random numbers of the model: time passes only when a command says so. */
import { afterAll, beforeAll, vi } from 'vitest';

/** When every run begins: so far in the future that the platform fires no alarm by itself. */
const START_MS = Date.UTC(2100, 0);

let now = START_MS;

/** The model's clock, ms since the epoch. */
export const clock = {
  get now(): number {
    return now;
  },
  /** Moves the clock forward, never back. */
  advance(to: number): void {
    now = Math.max(now, to);
  },
  restart(): void {
    now = START_MS;
  },
};

/** While the file runs, `Date.now` is the model's clock, and random numbers are constant. */
export function controlClockAndChance(): void {
  beforeAll(() => {
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
}
