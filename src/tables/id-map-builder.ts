/** Builds the id map of a version during its load, row by row, in chunks, so that growing copies nothing. */

import { HASH_WORDS } from './row-hash.ts';

/** Rows of the first chunk (each further chunk has twice as many), and the maximum for a chunk. */
const FIRST_ROWS = 256;
const MOST_ROWS = 16_384;

/** Columns of some consecutive rows; as in IdMapColumns. */
interface Chunk {
  words: Uint32Array;
  low: Uint32Array;
  high: Uint16Array;
}

/** A new map: its columns, each in pieces. */
export interface IdMapPieces {
  rows: number;
  /**
   * Two numbers for each table, in the order in which the tables came: its index in the definition and its first row.
   */
  tables: Uint32Array;
  words: readonly Uint32Array[];
  low: readonly Uint32Array[];
  high: readonly Uint16Array[];
}

/** Collects hashes and ids in the order of the rows. */
export class IdMapBuilder {
  rows = 0;
  readonly #chunks: Chunk[] = [];
  readonly #tables: number[] = [];
  #last = newChunk(0);
  /** Free rows in the last chunk. */
  #left = 0;

  /** The next rows belong to the table with this index in the definition. */
  beginTable(table: number): void {
    this.#tables.push(table, this.rows);
  }

  add(hash: Uint32Array, id: number): void {
    if (this.#left === 0) this.#grow();
    const { words, low, high } = this.#last;
    const at = low.length - this.#left;
    words.set(hash, at * HASH_WORDS);
    low[at] = id % 2 ** 32;
    high[at] = Math.floor(id / 2 ** 32);
    this.#left -= 1;
    this.rows += 1;
  }

  /** Ids in ascending order. */
  sortedIds(): Float64Array {
    const ids = new Float64Array(this.rows);
    let row = 0;
    for (const { low, high } of this.#filled()) {
      for (let at = 0; at < low.length; at += 1, row += 1) ids[row] = (low[at] ?? 0) + (high[at] ?? 0) * 2 ** 32;
    }
    return ids.sort();
  }

  /** The map; nothing may be added after this call. */
  pieces(): IdMapPieces {
    const chunks = this.#filled();
    return {
      rows: this.rows,
      tables: Uint32Array.from(this.#tables),
      words: chunks.map(({ words }) => words),
      low: chunks.map(({ low }) => low),
      high: chunks.map(({ high }) => high),
    };
  }

  /** The chunks; the last one is cut to its rows. */
  #filled(): Chunk[] {
    const rows = this.#last.low.length - this.#left;
    const { words, low, high } = this.#last;
    const last = {
      words: words.subarray(0, rows * HASH_WORDS),
      low: low.subarray(0, rows),
      high: high.subarray(0, rows),
    };
    return [...this.#chunks.slice(0, -1), last];
  }

  #grow(): void {
    const rows = Math.min(Math.max(this.#last.low.length * 2, FIRST_ROWS), MOST_ROWS);
    this.#last = newChunk(rows);
    this.#left = rows;
    this.#chunks.push(this.#last);
  }
}

function newChunk(rows: number): Chunk {
  return { words: new Uint32Array(rows * HASH_WORDS), low: new Uint32Array(rows), high: new Uint16Array(rows) };
}
