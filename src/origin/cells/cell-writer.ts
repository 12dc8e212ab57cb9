/** Collects the cells of one row of a table and writes the row's text. */

import { columnName } from '../../contract/column.ts';
import { MAX_ORIGIN_BYTES } from '../../contract/constants.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { type ReadTable, readColumns } from '../../core/column-places.ts';
import type { ColumnWatch } from '../column-watch.ts';
import { type CellReader, cellReaders } from './cell-reader.ts';

const NO_CELLS: readonly string[] = [];

/** Takes values for columns by index. A cell without a value is null; if a column gets several values, the last counts. */
export class CellWriter {
  readonly #table: ReadTable;
  readonly #watch: ColumnWatch;
  /** How many of the cells are part of the row. */
  readonly #width: number;
  readonly #cells: string[];
  readonly #readers: readonly (CellReader | null)[];
  /** Characters of the row so far: one value can become several columns, each with its own text. */
  #length = 0;
  /** Indexes of the key's columns. */
  readonly #key: readonly number[];

  /** @param watch receives each cell, and counts the rows */
  constructor(table: ReadTable, watch: ColumnWatch) {
    const columns = readColumns(table);
    this.#table = table;
    this.#watch = watch;
    this.#width = table.columns.length;
    this.#cells = columns.map(() => 'null');
    this.#readers = cellReaders(columns);
    const names = table.columns.map(columnName);
    this.#key = (table.key ?? []).map((name) => names.indexOf(name));
  }

  beginRow(): void {
    this.#cells.fill('null');
    this.#length = 0;
  }

  /** A JSON string, or a cell of CSV. @throws LoadFailure `origin-malformed` */
  text(columns: readonly number[], value: string): void {
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] as number;
      const reader = this.#readers[column];
      if (reader) this.#put(column, reader.text(value) ?? this.#misfit(column, reader, value === ''));
      else this.#put(column, JSON.stringify(value));
    }
  }

  /** A number (with its original digits), `true`, `false` or `null`. @throws LoadFailure `origin-malformed` */
  literal(columns: readonly number[], text: string): void {
    for (const column of columns) {
      const reader = this.#readers[column];
      this.#put(column, reader ? (reader.literal(text) ?? this.#misfit(column, reader)) : text);
    }
  }

  /** An object or array, as JSON. @throws LoadFailure `origin-malformed` */
  nested(columns: readonly number[], json: string): void {
    for (const column of columns) {
      const reader = this.#readers[column];
      this.#put(column, reader ? (reader.nested(json) ?? this.#misfit(column, reader)) : json);
    }
  }

  /**
   * The texts of a repeated element, in order; null stands for a nil element. @throws LoadFailure `origin-malformed`
   */
  list(column: number, texts: readonly (string | null)[]): void {
    const reader = this.#readers[column];
    const write = (text: string) => reader?.text(text) ?? JSON.stringify(text);
    this.nested([column], `[${texts.map((text) => (text === null ? 'null' : write(text))).join(',')}]`);
  }

  /** Sets null, whatever came before. `isThere`: the row itself contains the null. */
  empty(columns: readonly number[], isThere: boolean): void {
    for (const column of columns) {
      this.#cells[column] = 'null';
      if (isThere) this.#watch.cell(column, 'null');
    }
  }

  /** The row's text (ports/rows.ts). */
  row(): string {
    return this.#width === this.#cells.length ? this.#cells.join(',') : this.#cells.slice(0, this.#width).join(',');
  }

  /** The row's key (ports/rows.ts). */
  key(): string {
    return this.#key.length === 0 ? '' : this.#key.map((column) => this.#cells[column]).join(',');
  }

  /** The cells that are not part of the row. */
  hidden(): readonly string[] {
    return this.#width === this.#cells.length ? NO_CELLS : this.#cells.slice(this.#width);
  }

  #put(column: number, text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_ORIGIN_BYTES) {
      const detail = `Table "${this.#table.name}", row ${this.#watch.rows}: its cells come to more than ${MAX_ORIGIN_BYTES} characters.`;
      throw new LoadFailure('origin-too-large', detail, { place: { table: this.#table.name } });
    }
    this.#cells[column] = text;
    this.#watch.cell(column, text);
  }

  /** Names the place but not the value, which can be a secret. */
  #misfit(column: number, { misfit }: CellReader, isEmpty = false): never {
    const name = columnName(readColumns(this.#table)[column] ?? '');
    const place = `Table "${this.#table.name}", row ${this.#watch.rows}, column "${name}"`;
    const remedy = isEmpty ? '; "null": [""] reads the empty text as null' : '';
    throw new LoadFailure('origin-malformed', `${place}: the cell is ${misfit}${remedy}.`, {
      place: { table: this.#table.name, column: name },
    });
  }
}
