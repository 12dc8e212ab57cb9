/** What both kinds of load, tables and plain bodies, take and give. */

import { MAX_ROWS } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { LoadChange, PreviousLoad } from '../ports/object.ts';
import type { Blobs } from '../ports/stores.ts';

/** What a load takes. */
export interface LoadInput {
  blobs: Blobs;
  /** Where what is new is written: `<key>/<fence>/…`. */
  key: string;
  fence: number;
  previous: PreviousLoad | null;
  /** The first row id that was never used. */
  nextRowId: number;
}

/** What a load comes to. */
export interface LoadResult {
  /** Null: the body is what it was, and nothing of this fence is in R2. */
  change: LoadChange | null;
  /** Rows that came and went; 0 for a body that is no table. */
  inserted: number;
  deleted: number;
}

/** The refusal of an answer with more than MAX_ROWS rows. */
export function tooManyRows(): LoadFailure {
  return new LoadFailure(
    'origin-too-large',
    `The origin answered with more than ${MAX_ROWS} rows: ask for fewer by parameters.`,
  );
}
