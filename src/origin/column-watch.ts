/** Watches the rows of one table for its declared columns: which columns any row has, and which have a value. */

import { type ColumnPlace, columnPlaces, type ReadTable } from '../core/column-places.ts';
import type { ColumnFacts } from '../ports/entry.ts';

/** How many rows are searched for member names, and how many names are kept and shown to the operator. */
const MOST_ROWS = 20;
const MOST_MEMBERS = 100;
export const MOST_TOLD = 12;
const MOST_LENGTH = 64;

/** Holds two bytes per column, and some names. */
export class ColumnWatch {
  rows = 0;
  /**
   * Text about an answer that has something else in the place of the table's rows, if no answer has rows; undefined:
   * nothing.
   */
  instead: string | undefined;
  readonly table: ReadTable;
  /** Where the cells of each declared column lie. */
  readonly places: ColumnPlace;
  readonly #seen: Uint8Array;
  readonly #filled: Uint8Array;
  readonly #members = new Set<string>();

  constructor(table: ReadTable) {
    const { columns } = table;
    this.table = table;
    this.places = columnPlaces(table);
    this.#seen = new Uint8Array(columns.length);
    this.#filled = new Uint8Array(columns.length);
  }

  /**
   * The next row has this cell, as JSON text. Cells that are not part of the row lie behind both arrays and are
   * ignored.
   */
  cell(column: number, text: string): void {
    this.#seen[column] = 1;
    if (text !== 'null' && text !== '""') this.#filled[column] = 1;
  }

  /** Whether the member names of the next row are kept. */
  get notes(): boolean {
    return this.rows < MOST_ROWS && this.#members.size < MOST_MEMBERS;
  }

  /** The next row has a member with this name, declared or not. */
  member(name: string): void {
    if (this.rows < MOST_ROWS && this.#members.size < MOST_MEMBERS) this.#members.add(name);
  }

  /** The row ends. */
  row(): void {
    this.rows += 1;
  }

  /** Whether a row had this column. */
  has(column: number): boolean {
    return this.#seen[column] === 1;
  }

  /** Whether the name occurs in the answer, even if the rows have no cell there (CSV). */
  names(name: string): boolean {
    return this.#members.has(name);
  }

  /** Names that rows have instead, in order; if there are many, only undeclared names. Empty: rows have no names. */
  get members(): string {
    const all = [...this.#members];
    if (all.length <= MOST_TOLD) return toldNames(all);
    return toldNames([...all.filter((name) => !this.places.children?.has(name)).slice(0, MOST_TOLD), '…']);
  }

  get facts(): ColumnFacts {
    return { rows: this.rows, filled: this.#filled.join('') };
  }
}

/** Member names for an operator; a list that is too long ends in an ellipsis. */
export function toldNames(names: readonly string[]): string {
  const told = names.slice(0, MOST_TOLD).map(shortened);
  return (names.length > MOST_TOLD ? [...told, '…'] : told).join(', ');
}

function shortened(name: string): string {
  return name.length <= MOST_LENGTH ? name : `${name.slice(0, MOST_LENGTH)}…`;
}
