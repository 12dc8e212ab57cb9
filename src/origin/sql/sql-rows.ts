/** Reads the rows of one table from the answers of a database: the declared columns, in order. */

import type { Column } from '../../contract/column.ts';
import { columnName } from '../../contract/column.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { originName, type ReadTable, readColumns } from '../../core/column-places.ts';
import { CellWriter } from '../cells/cell-writer.ts';
import { type ColumnWatch, toldNames } from '../column-watch.ts';
import type { SqlResult } from './sql-session.ts';
import { writeValue } from './sql-value.ts';

/**
 * Separates the text of a row, its key, and each cell that is not part of the row. JSON escapes tabs, so none of them
 * contains one.
 */
export const PART_END = '\t';

/** A column's position in the row, its index as an array, and the number of its type. */
type Place = readonly [at: number, column: readonly [number], type: number];

export class SqlRows {
  readonly #table: ReadTable;
  readonly #watch: ColumnWatch;
  readonly #cells: CellWriter;
  #places: readonly Place[] | null = null;

  /** @param watch collects the columns that rows have */
  constructor(table: ReadTable, watch: ColumnWatch) {
    this.#table = table;
    this.#watch = watch;
    this.#cells = new CellWriter(table, watch);
  }

  /** Lines of rows: the row's text, its key and its hidden cells (ports/rows.ts), without tabs and line ends. @throws LoadFailure `origin-malformed` */
  read({ rows, columns }: SqlResult): string[] {
    this.#places ??= this.#placesIn(columns);
    return rows.map((row) => this.#row(row, this.#places ?? []));
  }

  #row(row: readonly (string | null)[], places: readonly Place[]): string {
    this.#cells.beginRow();
    for (const [at, column, type] of places) {
      const value = row[at];
      if (value !== undefined) writeValue(this.#cells, column, value, type);
    }
    this.#watch.row();
    return [this.#cells.row(), this.#cells.key(), ...this.#cells.hidden()].join(PART_END);
  }

  #placesIn(columns: SqlResult['columns']): Place[] {
    const names = columns.map(({ name }) => name);
    for (const name of names) this.#watch.member(name);
    const places = readColumns(this.#table).map((column, index): Place => {
      const at = this.#placeOf(column, names);
      return [at, [index], columns[at]?.dataTypeID ?? 0];
    });
    if (places.slice(0, this.#table.columns.length).every(([at]) => at === -1)) {
      throw this.#malformed(`the query has none of the declared columns; it has ${toldNames(names)}`);
    }
    return places;
  }

  #placeOf(column: Column, names: readonly string[]): number {
    const name = originName(column);
    const at = names.indexOf(name);
    if (at !== -1 && names.includes(name, at + 1)) {
      throw this.#malformed(`the query has several columns "${columnName(column)}": rename all but one with AS`);
    }
    return at;
  }

  #malformed(what: string): LoadFailure {
    return new LoadFailure('origin-malformed', `Table "${this.#table.name}": ${what}.`, {
      place: { table: this.#table.name },
    });
  }
}
