/** The table of a CSV answer (RFC 4180, or a dialect of it), as a stream: every cell is a text. */

import type { Column } from '../contract/column.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { columnTokens, isInOrder, originName, type ReadTable, readColumns } from '../core/column-places.ts';
import type { RowReader, RowSink } from '../ports/rows.ts';
import { CellWriter } from './cells/cell-writer.ts';
import { ColumnWatch } from './column-watch.ts';
import { type Dialect, dialectOf, ParseError, parserOf, withDelimiter } from './csv-dialect.ts';
import { CsvRecords } from './csv-records.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Most columns of an answer, declared or not: a first line without an end would fill the memory. */
const MAX_COLUMNS = 10_000;

/** Reads the one table of a CSV text; columns that the definition does not name are ignored. */
export function readCsv(
  [table]: readonly TableDefinition[],
  sink: RowSink,
  { columns, csv }: Pick<ReaderOptions, 'columns' | 'csv'> = {},
): RowReader {
  if (table === undefined) throw new RangeError('CSV without a table');
  const dialect = dialectOf(csv);
  const rows = new CsvRows(table, sink, dialect, columns?.[0]);
  const records = new CsvRecords((text) => rows.take(text), dialect.quote);
  return {
    write: (bytes) => records.write(bytes),
    end: () => {
      records.end();
      rows.end();
    },
  };
}

class CsvRows {
  readonly #table: ReadTable;
  readonly #sink: RowSink;
  readonly #watch: ColumnWatch;
  readonly #cells: CellWriter;
  readonly #dialect: Dialect;
  #parse: ((text: string) => string[][]) | null = null;
  /** Number of cells of a line; null before the first. */
  #width: number | null = null;
  /** For each declared column: its position in a line (-1: nowhere), and its index as an array. */
  #places: readonly (readonly [place: number, column: readonly [number]])[] = [];

  constructor(table: ReadTable, sink: RowSink, dialect: Dialect, watch = new ColumnWatch(table)) {
    this.#table = table;
    this.#sink = sink;
    this.#dialect = dialect;
    this.#watch = watch;
    this.#cells = new CellWriter(table, watch);
  }

  /** Takes some whole records. */
  take(text: string): void {
    for (const record of this.#parsed(text)) {
      if (this.#width !== null) this.#row(record, this.#width);
      else if (this.#dialect.header) this.#beginNamed(record);
      else this.#beginNumbered(record);
    }
  }

  end(): void {
    if (this.#width === null) {
      if (this.#dialect.header) throw this.#malformed('the answer has no line that names the columns');
      if (this.#table.missing !== 'empty') {
        throw this.#malformed('the answer has no line; tables[].missing: "empty" accepts that as no rows');
      }
      this.#sink.beginTable(0);
    }
    this.#sink.endTable();
  }

  #parsed(text: string): string[][] {
    let rest = text;
    if (this.#parse === null) {
      const { dialect, length } = withDelimiter(this.#dialect, text);
      this.#parse = parserOf(dialect, MAX_COLUMNS);
      rest = text.slice(length);
    }
    try {
      return this.#parse(rest);
    } catch (cause) {
      if (!(cause instanceof ParseError)) throw cause;
      throw new LoadFailure('origin-malformed', `Table "${this.#table.name}": ${cause.message}.`, {
        place: '/csv',
        cause,
      });
    }
  }

  /** Reads a first line that names the columns. */
  #beginNamed(line: readonly string[]): void {
    const trimmed = line.map((name) => name.trim());
    this.#begin(line.length, (column) => {
      const name = originName(column);
      // An exact match takes precedence over a match without the white space around names.
      const names = line.includes(name) ? line : trimmed;
      const place = names.indexOf(names === line ? name : name.trim());
      if (place !== -1 && names.includes(names[place] ?? '', place + 1)) {
        throw this.#malformed(`the first line repeats the column "${name}"`);
      }
      return place;
    });
    const [first] = this.#table.columns;
    if (first !== undefined && this.#places.every(([place]) => place === -1)) {
      throw this.#malformed(`the first line names no column "${originName(first)}", nor any other that is declared`);
    }
    for (const name of trimmed) this.#watch.member(name);
  }

  /** Reads a first line that is already a row. */
  #beginNumbered(line: readonly string[]): void {
    const columns = readColumns(this.#table);
    const isNamed = (index: number) => index < this.#table.columns.length && isInOrder(this.#table);
    const numbers = columns.map((column, index) => (isNamed(index) ? index : Number(columnTokens(column)[0])));
    const needed = Math.max(...numbers) + 1;
    this.#begin(
      isInOrder(this.#table) ? needed : Math.max(needed, line.length),
      (_column, index) => numbers[index] ?? -1,
    );
    this.#row(line, this.#width ?? needed);
  }

  #begin(width: number, placeOf: (column: Column, index: number) => number): void {
    this.#places = readColumns(this.#table).map((column, index) => [placeOf(column, index), [index]]);
    this.#width = width;
    this.#sink.beginTable(0);
  }

  #row(cells: readonly string[], width: number): void {
    // In a table with one column an empty line is a row; otherwise it is skipped.
    if (width > 1 && cells.length === 1 && cells[0] === '') return;
    const isShort = cells.length < width && this.#table.short_rows === 'null';
    if (cells.length !== width && !isShort) {
      throw this.#malformed(`row ${this.#watch.rows} has ${cells.length} cells instead of ${width}`);
    }
    this.#cells.beginRow();
    for (const [place, column] of this.#places) {
      const value = cells[place];
      if (value !== undefined) this.#cells.text(column, value);
    }
    this.#sink.row(this.#cells.row(), this.#cells.key(), this.#cells.hidden());
    this.#watch.row();
  }

  #malformed(what: string): LoadFailure {
    return new LoadFailure('origin-malformed', `Table "${this.#table.name}": ${what}.`, {
      place: { table: this.#table.name },
    });
  }
}
