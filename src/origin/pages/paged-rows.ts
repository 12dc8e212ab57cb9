/** Joins the rows of all pages into one answer: the table begins and ends once. */

import type { RowSink } from '../../ports/rows.ts';
import { hash64 } from './key-set.ts';

/** Identifies the rows of one page: their number, and a hash of them in order. */
export interface PageRows {
  rows: number;
  hash: string;
}

/** Sits between the readers of pages and the sink of the first page. */
export class PagedRows implements RowSink {
  readonly #hashes: boolean;
  #sink: RowSink | null = null;
  #rows = 0;
  #low = 0;
  #high = 0;

  /** @param hashes whether pages must be told apart by their rows */
  constructor(hashes: boolean) {
    this.#hashes = hashes;
  }

  /** The rows of the current page. */
  get page(): PageRows {
    return { rows: this.#rows, hash: `${this.#low} ${this.#high}` };
  }

  /** A page begins; its rows go to the sink of the first page. */
  beginPage(sink: RowSink): void {
    if (this.#sink === null) {
      this.#sink = sink;
      sink.beginTable(0);
    }
    this.#rows = 0;
    this.#low = 0;
    this.#high = 0;
  }

  beginTable(): void {
    // The first page has already begun the table.
  }

  row(text: string, key: string, hidden: readonly string[]): void {
    this.#rows += 1;
    if (this.#hashes) [this.#low, this.#high] = hash64(text, this.#low, this.#high);
    this.#sink?.row(text, key, hidden);
  }

  endTable(): void {
    // The table ends with the last page (`end`).
  }

  /** All pages have been read. */
  end(): void {
    this.#sink?.endTable();
  }
}
