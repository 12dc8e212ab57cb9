/**
 * The id map of a version as a multiset: the row ids for each row hash. 500,000 rows need about 18 MB here, including
 * the bytes of the map: columns of numbers, without an object per row.
 */

import { HASH_WORDS } from './row-hash.ts';

/** Columns of an id map; row `i` has words `4i` to `4i + 3` and the id `low[i] + high[i] * 2 ** 32`. */
export interface IdMapColumns {
  /**
   * Two numbers for each table, in the order in which the tables came: its index in the definition and its first row.
   */
  tables: Uint32Array;
  words: Uint32Array;
  low: Uint32Array;
  high: Uint16Array;
}

const EMPTY = 0;
const TAKEN = -1;

/** The rows of the version before; each can be taken once. */
export class IdMap {
  /** Rows that have not been taken: those that the new version no longer has. */
  remaining: number;
  readonly #columns: IdMapColumns;
  readonly #mask: number;
  /** Open addressing: row number + 1 of the first row of each hash, EMPTY if there is none. */
  readonly #slots: Int32Array;
  /** For each row the next one (+ 1) with the same hash, EMPTY for the last; TAKEN: the last row has been taken. */
  readonly #next: Int32Array;

  constructor(columns: IdMapColumns) {
    const rows = columns.low.length;
    this.#columns = columns;
    this.remaining = rows;
    const size = 2 ** Math.ceil(Math.log2(Math.max(rows * 2, 2)));
    this.#mask = size - 1;
    this.#slots = new Int32Array(size);
    this.#next = new Int32Array(rows);
    // Starts with the last row, so that of equal rows the first is taken first.
    for (let row = rows - 1; row >= 0; row -= 1) {
      const slot = this.#slotOf(columns.words, row * HASH_WORDS);
      this.#next[row] = this.#slots[slot] ?? EMPTY;
      this.#slots[slot] = row + 1;
    }
  }

  /** Takes one row with this hash; its id, or null if none is left. */
  take(hash: Uint32Array): number | null {
    const slot = this.#slotOf(hash, 0);
    const row = (this.#slots[slot] ?? EMPTY) - 1;
    const next = this.#next[row];
    if (next === undefined || next === TAKEN) return null;
    // The last row of a hash keeps its slot: an empty slot would hide others behind it.
    if (next === EMPTY) this.#next[row] = TAKEN;
    else this.#slots[slot] = next;
    this.remaining -= 1;
    return this.#idOf(row);
  }

  /** Ids of the rows that have not been taken, ascending, by the index of their table. */
  remainingIds(): Map<number, number[]> {
    const isLeft = this.#remainingRows();
    const { tables, low } = this.#columns;
    const ids = new Map<number, number[]>();
    for (let at = 0; at < tables.length; at += 2) {
      const ofTable: number[] = [];
      const end = tables[at + 3] ?? low.length;
      for (let row = tables[at + 1] ?? 0; row < end; row += 1) if (isLeft[row] === 1) ofTable.push(this.#idOf(row));
      ids.set(
        tables[at] ?? 0,
        ofTable.sort((a, b) => a - b),
      );
    }
    return ids;
  }

  /** 1 for each row that has not been taken. */
  #remainingRows(): Uint8Array {
    const isLeft = new Uint8Array(this.#next.length);
    for (const first of this.#slots) {
      for (let row = first - 1; row >= 0 && this.#next[row] !== TAKEN; row = (this.#next[row] ?? EMPTY) - 1) {
        isLeft[row] = 1;
      }
    }
    return isLeft;
  }

  #idOf(row: number): number {
    return (this.#columns.low[row] ?? 0) + (this.#columns.high[row] ?? 0) * 2 ** 32;
  }

  /** The slot of the rows with the hash that begins at this word, or the free slot for it. */
  #slotOf(hash: Uint32Array, from: number): number {
    const { words } = this.#columns;
    for (let slot = (hash[from] ?? 0) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const row = (this.#slots[slot] ?? EMPTY) - 1;
      if (row < 0 || isSame(words, row * HASH_WORDS, hash, from)) return slot;
    }
  }
}

function isSame(one: Uint32Array, at: number, other: Uint32Array, from: number): boolean {
  for (let word = 0; word < HASH_WORDS; word += 1) {
    if (one[at + word] !== other[from + word]) return false;
  }
  return true;
}
