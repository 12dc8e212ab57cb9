/** The rows of an incremental load, held until all have arrived: the last row of each key counts (OData 4.01, "Deltas"). */

import { MAX_CHANGED_ROWS } from '../../contract/changes.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { RowSink } from '../../ports/rows.ts';
import type { RowMarks } from './row-marks.ts';

/** Memory of one change besides its texts, in bytes: a map entry and two strings. Measured: 90, plus at most two per character. */
export const CHANGE_BYTES = 160;

/** The key of a row whose key cells are all null. */
const NO_KEY = /^null(?:,null)*$/;

/** There are more changes than can be held: the load must read all rows. */
export class TooManyChanges extends Error {}

/** The row's text by key; null: the row was removed. */
export type ChangeSet = ReadonlyMap<string, string | null>;

export class ChangedRows implements RowSink {
  readonly #changes = new Map<string, string | null>();
  readonly #mostBytes: number;
  readonly #marksOf: (key: string, hidden: readonly string[]) => RowMarks;
  readonly #onMark: (mark: string) => void;
  #bytes = 0;

  /** @param mostBytes most bytes that may be held */
  constructor(
    mostBytes: number,
    marksOf: (key: string, hidden: readonly string[]) => RowMarks,
    onMark: (mark: string) => void,
  ) {
    this.#mostBytes = mostBytes;
    this.#marksOf = marksOf;
    this.#onMark = onMark;
  }

  get changes(): ChangeSet {
    return this.#changes;
  }

  beginTable(): void {
    // Only one table can have changes.
  }

  /** @throws TooManyChanges; LoadFailure `origin-malformed` for a deletion without a key */
  row(text: string, rowKey: string, hidden: readonly string[]): void {
    const { mark, isRemoved, key } = this.#marksOf(rowKey, hidden);
    if (mark !== null) this.#onMark(mark);
    if (isRemoved && NO_KEY.test(key)) throw noKey();
    this.#bytes += CHANGE_BYTES + 2 * (key.length + (isRemoved ? 0 : text.length));
    // A repeated key moves to its last position, as it does in the merge.
    this.#changes.delete(key);
    this.#changes.set(key, isRemoved ? null : text);
    if (this.#changes.size > MAX_CHANGED_ROWS || this.#bytes > this.#mostBytes) throw new TooManyChanges();
  }

  endTable(): void {
    // The held rows are merged once all pages have arrived.
  }
}

/** A deletion without a key would remove nothing, which nobody would notice until the next full load. */
function noKey(): LoadFailure {
  const detail =
    'A row that origin.changes.removed marks as deleted has no key, so it does not say which row was deleted.';
  return new LoadFailure('origin-malformed', `${detail} Set origin.changes.removed.key to the place of its key.`);
}
