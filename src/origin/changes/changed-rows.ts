/** The rows of an incremental load, held until all of them are there: the last of each key counts (OData 4.01, "Deltas"). */

import { MAX_CHANGED_ROWS } from '../../contract/changes.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { RowSink } from '../../ports/rows.ts';
import type { RowMarks } from './row-marks.ts';

/** What a change takes besides its texts, bytes: an entry of the map, two strings. 90 were measured, beside up to two a character. */
export const CHANGE_BYTES = 160;

/** The key of a row that has none of its cells. */
const NO_KEY = /^null(?:,null)*$/;

/** More changed than can be held: all rows are to be loaded. */
export class TooManyChanges extends Error {}

/** By key, the row's text; null: it was removed. */
export type ChangeSet = ReadonlyMap<string, string | null>;

export class ChangedRows implements RowSink {
  readonly #changes = new Map<string, string | null>();
  readonly #mostBytes: number;
  readonly #marksOf: (key: string, hidden: readonly string[]) => RowMarks;
  readonly #onMark: (mark: string) => void;
  #bytes = 0;

  /** @param mostBytes that may be held */
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
    // One table alone has changes.
  }

  /** @throws TooManyChanges; LoadFailure `origin-malformed` for a deletion that does not say of which row */
  row(text: string, rowKey: string, hidden: readonly string[]): void {
    const { mark, isRemoved, key } = this.#marksOf(rowKey, hidden);
    if (mark !== null) this.#onMark(mark);
    if (isRemoved && NO_KEY.test(key)) throw noKey();
    this.#bytes += CHANGE_BYTES + 2 * (key.length + (isRemoved ? 0 : text.length));
    // What comes again takes its last place, as it does where it is merged.
    this.#changes.delete(key);
    this.#changes.set(key, isRemoved ? null : text);
    if (this.#changes.size > MAX_CHANGED_ROWS || this.#bytes > this.#mostBytes) throw new TooManyChanges();
  }

  endTable(): void {
    // What is held is merged once all pages are there.
  }
}

/** It would remove nothing, and nobody would see that until all rows are loaded again. */
function noKey(): LoadFailure {
  const detail =
    'A row that origin.changes.removed takes for a deletion has no key, so it does not say which row is gone.';
  return new LoadFailure('origin-malformed', `${detail} origin.changes.removed.key tells where it has one.`);
}
