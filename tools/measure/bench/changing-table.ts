/** A table in which one row in a hundred changes each time that it is requested. */

import type { Row } from '../../../demo/tables.ts';

const CHANGING_SHARE = 0.01;

export class ChangingTable {
  readonly #read: () => Row[];
  readonly #column: string;
  #rows: Row[] | null = null;
  #turn = 0;

  /** `read` returns the rows at the first request; in a changed row the number in `column` grows. */
  constructor(read: () => Row[], column: string) {
    this.#read = read;
    this.#column = column;
  }

  /** The table as JSON, with other rows changed than the last time. */
  next(): string {
    this.#rows ??= this.#read();
    const rows = this.#rows;
    const count = Math.ceil(rows.length * CHANGING_SHARE);
    for (let at = 0; at < count; at += 1) {
      const row = rows[(this.#turn * count + at) % rows.length];
      if (row !== undefined) row[this.#column] = Number(row[this.#column]) + 1;
    }
    this.#turn += 1;
    return JSON.stringify({ rows });
  }
}
