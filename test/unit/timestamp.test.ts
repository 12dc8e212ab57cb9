/** CONTRACT 6: times as answers tell them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timestamp } from '../../src/core/timestamp.ts';

describe('the text of a time', () => {
  it('is what the platform writes, however many days it spans', () => {
    const times = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 42 }),
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.double(),
    );
    fc.assert(
      fc.property(times, (ms) => {
        const date = new Date(ms);
        if (Number.isNaN(date.getTime())) expect(() => timestamp(ms)).toThrow(RangeError);
        else expect(timestamp(ms)).toBe(date.toISOString());
      }),
      { numRuns: 5000 },
    );
  });

  it('is null for none', () => {
    expect([timestamp(null as unknown as number), timestamp(undefined as unknown as number)]).toEqual([null, null]);
  });
});
