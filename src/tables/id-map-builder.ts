/** The id map of a version that is being loaded, row by row. */

import type { IdMapColumns } from './id-map.ts';
import { HASH_WORDS } from './row-hash.ts';

const FIRST_CAPACITY = 256;

/** Gathers hashes and ids in the order of the rows. */
export class IdMapBuilder {
  rows = 0;
  #words: Uint32Array;
  #ids: Float64Array;
  readonly #tables: number[] = [];

  /** `expected`: rows that room is made for at once. */
  constructor(expected: number) {
    const capacity = Math.max(expected, FIRST_CAPACITY);
    this.#words = new Uint32Array(capacity * HASH_WORDS);
    this.#ids = new Float64Array(capacity);
  }

  /** The rows of the table with this index in the definition follow. */
  beginTable(table: number): void {
    this.#tables.push(table, this.rows);
  }

  add(hash: Uint32Array, id: number): void {
    if (this.rows === this.#ids.length) this.#grow();
    this.#words.set(hash, this.rows * HASH_WORDS);
    this.#ids[this.rows] = id;
    this.rows += 1;
  }

  /** Ids in ascending order. */
  sortedIds(): Float64Array {
    return this.#ids.slice(0, this.rows).sort();
  }

  /** The map's columns; nothing may be added afterwards. */
  columns(): IdMapColumns {
    const low = new Uint32Array(this.rows);
    const high = new Uint16Array(this.rows);
    for (let row = 0; row < this.rows; row += 1) {
      const id = this.#ids[row] ?? 0;
      low[row] = id % 2 ** 32;
      high[row] = Math.floor(id / 2 ** 32);
    }
    const tables = Uint32Array.from(this.#tables);
    return { tables, words: this.#words.subarray(0, this.rows * HASH_WORDS), low, high };
  }

  #grow(): void {
    const [words, ids] = [this.#words, this.#ids];
    this.#words = new Uint32Array(words.length * 2);
    this.#words.set(words);
    this.#ids = new Float64Array(ids.length * 2);
    this.#ids.set(ids);
  }
}
