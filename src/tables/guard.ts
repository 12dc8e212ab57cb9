/** The guard of a resource (CONTRACT 4): a half-empty answer at night wipes no tablet. */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';

/** How many rows a load has, and how many it loses. */
export interface RowCounts {
  /** Rows of all tables, now and in the version before (0 without one). */
  rows: number;
  before: number;
  /** Rows of the version before that are gone. Null: not known, for names or columns changed or the map was lost. */
  deleted: number | null;
}

/**
 * Throws for a load that the guard refuses: trying again soon would bring the same, so the task ends. Where rows cannot
 * be told apart from those before, the share counts by how many fewer there are, or else every change of `columns` would need force.
 * @throws LoadFailure `origin-guard`
 */
export function checkGuard(guard: Resource['guard'], { rows, before, deleted }: RowCounts): void {
  const { min_rows = 0, max_deleted = 1 } = guard ?? {};
  if (rows < min_rows) {
    throw new LoadFailure('origin-guard', `The origin answered with ${rows} rows, fewer than ${min_rows}.`);
  }
  const gone = deleted ?? Math.max(before - rows, 0);
  if (before > 0 && gone / before > max_deleted) {
    throw new LoadFailure(
      'origin-guard',
      `${gone} of ${before} rows would be deleted, more than the share ${max_deleted}.`,
    );
  }
}
