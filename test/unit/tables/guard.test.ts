import { describe, expect, it } from 'vitest';
import { checkGuard } from '../../../src/tables/guard.ts';

const guard = { min_rows: 10, max_deleted: 0.5 };
const refused = expect.objectContaining({ code: 'origin-guard', retryable: false });

describe('the guard', () => {
  it.each([
    { rows: 10, before: 0, deleted: 0 },
    { rows: 10, before: 20, deleted: 10 },
    { rows: 30, before: 20, deleted: 10 },
    { rows: 10, before: 20, deleted: null },
    { rows: 50, before: 20, deleted: null },
  ])('lets %j pass', (counts) => {
    expect(() => checkGuard(guard, counts)).not.toThrow();
  });

  it.each([
    { rows: 9, before: 0, deleted: 0 },
    { rows: 9, before: 9, deleted: 0 },
    { rows: 20, before: 20, deleted: 11 },
    { rows: 10, before: 21, deleted: null },
  ])('refuses %j', (counts) => {
    expect(() => checkGuard(guard, counts)).toThrow(refused);
  });

  it('with one half alone minds only that, and without any nothing', () => {
    expect(() => checkGuard({ max_deleted: 0 }, { rows: 0, before: 0, deleted: 0 })).not.toThrow();
    expect(() => checkGuard({ max_deleted: 0 }, { rows: 9, before: 10, deleted: 1 })).toThrow(refused);
    expect(() => checkGuard({ min_rows: 1 }, { rows: 1, before: 10, deleted: 10 })).not.toThrow();
    expect(() => checkGuard(undefined, { rows: 0, before: 10, deleted: 10 })).not.toThrow();
  });
});
