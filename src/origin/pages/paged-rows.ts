/** The rows of all pages as those of one answer: a table that begins and ends once. */

import type { RowSink } from '../../ports/rows.ts';
import { hash64 } from './key-set.ts';

/** What the rows of one page are known by: how many there are, and a hash of them in their order. */
export interface PageRows {
  rows: number;
  hash: string;
}

/** Stands between the readers of pages and the sink that the first of them is given. */
export class PagedRows implements RowSink {
  readonly #hashes: boolean;
  #sink: RowSink | null = null;
  #rows = 0;
  #low = 0;
  #high = 0;

  /** @param hashes whether pages are to be told from each other by their rows */
  constructor(hashes: boolean) {
    this.#hashes = hashes;
  }

  /** The rows of the page that is being read. */
  get page(): PageRows {
    return { rows: this.#rows, hash: `${this.#low} ${this.#high}` };
  }

  /** A page begins, whose rows go to the sink of the first. */
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
    // The first page has begun it.
  }

  row(text: string, key: string, hidden: readonly string[]): void {
    this.#rows += 1;
    if (this.#hashes) [this.#low, this.#high] = hash64(text, this.#low, this.#high);
    this.#sink?.row(text, key, hidden);
  }

  endTable(): void {
    // The last page ends it.
  }

  /** All pages have been read. */
  end(): void {
    this.#sink?.endTable();
  }
}
