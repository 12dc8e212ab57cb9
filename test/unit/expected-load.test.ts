import { describe, expect, it } from 'vitest';
import { isHeavy } from '../../src/core/task-machine/expected-load.ts';
import { HEAVY_BYTES, HEAVY_ROWS, MEMORY_SHARES } from '../../src/ports/memory-shares.ts';
import { Key } from '../support/task-machine/key.ts';

/** Whether the next load is expected to be heavy after one of such a body; `heavy` is the flag, undefined: it has none. */
function isExpected(heavy: boolean | undefined, bytes: number, rows: number | null): boolean {
  const key = new Key();
  key.load();
  const { loaded } = key.document;
  if (loaded === null) throw new Error('nothing is loaded');
  const { heavy: _, ...unflagged } = loaded;
  const flag = heavy === undefined ? {} : { heavy };
  return isHeavy({ ...key.document, loaded: { ...unflagged, ...flag, bytes, rows } });
}

describe('the next load is expected to be heavy', () => {
  it.each([
    ['when the last was, however little is kept of it', true, 10, 1, true],
    ['after many rows, whatever the flag says', false, 10, HEAVY_ROWS + 1, true],
    ['after many rows without a flag', undefined, 10, HEAVY_ROWS + 1, true],
    ['after a large body without a flag', undefined, HEAVY_BYTES + 1, null, true],
    ['not after a large body whose answer was light', false, HEAVY_BYTES + 1, HEAVY_ROWS, false],
    ['not after a small one without a flag', undefined, HEAVY_BYTES, HEAVY_ROWS, false],
  ])('%s', (_case, flag, bytes, rows, expected) => {
    expect(isExpected(flag, bytes, rows)).toBe(expected);
  });
});

it('the id maps of ten light loads fit into their share', () => {
  const ROW_BYTES = 68;
  const LEAST_ROWS_PIECE = 8192 / 2;
  expect(10 * (HEAVY_ROWS + LEAST_ROWS_PIECE) * ROW_BYTES).toBeLessThanOrEqual(MEMORY_SHARES.lightLoads);
});
