/** The table of a CSV answer (RFC 4180), as a stream: the first line names the columns, every cell is a string. */

import { parse } from '@vanillaes/csv';
import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/resource.ts';
import type { RowReader, RowSink } from '../contract/rows.ts';
import { ColumnWatch } from './column-watch.ts';
import { CsvRecords } from './csv-records.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Most columns that an answer may have, declared or not: without an end to its first line it would fill the memory. */
const MAX_COLUMNS = 10_000;

/** Reads the one table of a CSV text; what of it the `columns` do not name is left out. */
export function readCsv(
  [table]: readonly TableDefinition[],
  sink: RowSink,
  { columns }: Pick<ReaderOptions, 'columns'> = {},
): RowReader {
  if (table === undefined) throw new RangeError('CSV without a table');
  const rows = new CsvRows(table, sink, columns?.[0]);
  const records = new CsvRecords((text) => rows.take(text));
  return {
    write: (bytes) => records.write(bytes),
    end: () => {
      records.end();
      rows.end();
    },
  };
}

class CsvRows {
  readonly #table: TableDefinition;
  readonly #sink: RowSink;
  readonly #columns: ColumnWatch;
  /** How many cells a line has; null before the first. */
  #width: number | null = null;
  /** Where the declared columns stand in a line; -1: nowhere. */
  #places: readonly number[] = [];

  constructor(table: TableDefinition, sink: RowSink, columns = new ColumnWatch(table)) {
    this.#table = table;
    this.#sink = sink;
    this.#columns = columns;
  }

  /** Some whole records. */
  take(text: string): void {
    for (const record of this.#parse(text)) {
      if (this.#width === null) this.#begin(record);
      else this.#row(record, this.#width);
    }
  }

  end(): void {
    if (this.#width === null) throw this.#malformed('the answer has no line that names the columns');
    this.#sink.endTable();
  }

  #parse(text: string): string[][] {
    const keep = (value: string, _row: number, column: number) => {
      if (column > MAX_COLUMNS) throw this.#malformed(`a line has more than ${MAX_COLUMNS} cells`);
      return value;
    };
    try {
      return parse(text, {}, keep);
    } catch (cause) {
      if (cause instanceof LoadFailure) throw cause;
      throw new LoadFailure(
        'origin-malformed',
        `Table "${this.#table.name}": the quotes of a cell are not valid CSV.`,
        {
          cause,
        },
      );
    }
  }

  #begin(names: readonly string[]): void {
    this.#width = names.length;
    this.#places = [...this.#columns.columns.keys()].map((column) => {
      const place = names.indexOf(column);
      if (place !== -1 && names.includes(column, place + 1)) {
        throw this.#malformed(`the first line repeats the column "${column}"`);
      }
      return place;
    });
    if (this.#places.every((place) => place === -1)) {
      const [first] = this.#columns.columns.keys();
      throw this.#malformed(`the first line names no column "${first}", nor any other that is declared`);
    }
    for (const name of names) this.#columns.member(name);
    this.#sink.beginTable(0);
  }

  #row(cells: readonly string[], width: number): void {
    // An empty line is a row only where a row is one cell.
    if (width > 1 && cells.length === 1 && cells[0] === '') return;
    const isShort = cells.length < width && this.#table.short_rows === 'null';
    if (cells.length !== width && !isShort) {
      throw this.#malformed(`row ${this.#columns.rows} has ${cells.length} cells instead of ${width}`);
    }
    this.#sink.row(this.#places.map((place, column) => this.#cell(cells[place], column)).join(','));
    this.#columns.row();
  }

  /** The cell of a declared column as JSON text; undefined: this row has none. */
  #cell(value: string | undefined, column: number): string {
    if (value === undefined) return 'null';
    const text = JSON.stringify(value);
    this.#columns.cell(column, text);
    return text;
  }

  #malformed(what: string): LoadFailure {
    return new LoadFailure('origin-malformed', `Table "${this.#table.name}": ${what}.`);
  }
}
