import { describe, expect, it } from 'vitest';
import { checkGuard } from '../../../src/tables/guard.ts';

const guard = { min_rows: 10, max_deleted: 0.5 };
const refused = expect.objectContaining({ code: 'origin-guard', retryable: false });

describe('the guard', () => {
  it.each([
    { rows: 10, before: 0 },
    { rows: 10, before: 20 },
    { rows: 30, before: 20 },
    { rows: 20, before: 20 },
  ])('lets %j pass', (counts) => {
    expect(() => checkGuard(guard, counts)).not.toThrow();
  });

  it.each([
    { rows: 9, before: 0 },
    { rows: 9, before: 9 },
    { rows: 10, before: 21 },
  ])('refuses %j', (counts) => {
    expect(() => checkGuard(guard, counts)).toThrow(refused);
  });

  it('with one half alone minds only that, and without any nothing', () => {
    expect(() => checkGuard({ max_deleted: 0 }, { rows: 0, before: 0 })).not.toThrow();
    expect(() => checkGuard({ max_deleted: 0 }, { rows: 9, before: 10 })).toThrow(refused);
    expect(() => checkGuard({ min_rows: 1 }, { rows: 1, before: 10 })).not.toThrow();
    expect(() => checkGuard(undefined, { rows: 0, before: 10 })).not.toThrow();
  });

  it.each([
    [{ min_rows: 2 }, { rows: 1, before: 0 }, 'answered with 1 row, fewer than 2'],
    [{ min_rows: 3 }, { rows: 2, before: 0 }, 'answered with 2 rows, fewer than 3'],
    [{ max_deleted: 0 }, { rows: 0, before: 1 }, '1 of 1 row would be lost'],
  ])('%j tells of %j: %s', (rule, counts, said) => {
    expect(() => checkGuard(rule, counts)).toThrow(said);
  });

  it('tells how many rows would be lost', () => {
    expect(() => checkGuard(guard, { rows: 10, before: 40 })).toThrow(
      '30 of 40 rows would be lost, more than the share 0.5 (guard.max_deleted). If that is right, accept it once by a forced refresh.',
    );
  });
});
