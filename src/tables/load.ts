/** Input and result of both kinds of loads: tables and plain bodies. */

import { MAX_ROWS } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { LoadChange, PreviousLoad } from '../ports/object.ts';

/** The input of a load. */
export interface LoadInput {
  blobs: Blobs;
  /** Where new data is written: `<key>/<fence>/…`. */
  key: string;
  fence: number;
  previous: PreviousLoad | null;
  /** The first row id that has never been used. */
  nextRowId: number;
}

/** The result of a load. */
export interface LoadResult {
  /** Null: the body has not changed, and nothing of this fence is in R2. */
  change: LoadChange | null;
  /** Number of inserted and of deleted rows; 0 for a body without tables. */
  inserted: number;
  deleted: number;
}

/** The failure for an answer with more than MAX_ROWS rows. */
export function tooManyRows(): LoadFailure {
  return new LoadFailure(
    'origin-too-large',
    `The origin answered with more than ${MAX_ROWS} rows: ask for fewer by parameters.`,
  );
}
