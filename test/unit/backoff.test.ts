import { describe, expect, it } from 'vitest';
import { backoffMs, growingGapMs } from '../../src/core/backoff.ts';

describe('the pause before another attempt', () => {
  it.each([
    [1, 0.5, 1000],
    [2, 0.5, 2000],
    [3, 0.5, 4000],
    [3, 0, 0],
    [60, 0.999, 3_596_400],
  ])('doubles with each attempt, with full jitter, up to an hour (attempt %d, chance %d)', (attempt, random, ms) => {
    expect(backoffMs(attempt, 2000, 0, random)).toBe(ms);
  });

  it('is never shorter than what the origin asked for', () => {
    expect(backoffMs(1, 2000, 30_000, 0.9)).toBe(30_000);
    expect(backoffMs(5, 2000, 1000, 0.9)).toBe(28_800);
  });
});

it('doubles a gap up to its most', () => {
  expect([0, 1, 2, 5, 1000].map((tries) => growingGapMs(tries, 15_000, 300_000))).toEqual([
    15_000, 30_000, 60_000, 300_000, 300_000,
  ]);
});
