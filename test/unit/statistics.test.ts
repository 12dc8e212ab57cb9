/** Medians and quartiles of the benchmark (docs/performance.md). */

import { describe, expect, it } from 'vitest';
import { median, quartiles } from '../../tools/measure/harness/statistics.ts';

describe('quartiles', () => {
  it('are values where the count of them allows it, whatever their order', () => {
    expect(quartiles([0.5, 0.1, 0.3, 0.2, 0.4])).toEqual({ lower: 0.2, median: 0.3, upper: 0.4 });
  });

  it('lie between neighbours in proportion', () => {
    expect(quartiles([10, 20, 30, 40])).toEqual({ lower: 17.5, median: 25, upper: 32.5 });
  });

  it('of one value are that value', () => {
    expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
  });

  it('leave the values as they are', () => {
    const values = [3, 1, 2];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });
});
