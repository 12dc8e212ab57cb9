/** The guard of a resource (CONTRACT 4): an incomplete answer must not empty the devices. */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { counted } from '../core/counted.ts';

/** Number of rows of all tables, in this load and in the version before (0 without one). */
export interface RowCounts {
  rows: number;
  before: number;
}

/**
 * Throws for a load that the guard refuses. A retry soon after would get the same answer, so the task ends. The guard
 * compares only the numbers of rows: a changed row counts as one deleted and one inserted, so new prices for all
 * articles are not a loss.
 *
 * @throws LoadFailure `origin-guard`
 */
export function checkGuard(guard: Resource['guard'], { rows, before }: RowCounts): void {
  const { min_rows = 0, max_deleted = 1 } = guard ?? {};
  if (rows < min_rows) {
    throw new LoadFailure(
      'origin-guard',
      `The origin answered with ${counted(rows, 'row')}, fewer than ${min_rows} (guard.min_rows).`,
      { place: '/guard/min_rows' },
    );
  }
  const lost = before - rows;
  if (lost > before * max_deleted) {
    throw new LoadFailure(
      'origin-guard',
      `${lost} of ${counted(before, 'row')} would be lost, more than the share ${max_deleted} (guard.max_deleted). If that is right, accept it once by a forced refresh.`,
      { place: '/guard/max_deleted' },
    );
  }
}
