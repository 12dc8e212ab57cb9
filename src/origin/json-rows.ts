/** The rows of one table in a JSON answer: objects, of which `columns` pick and order members, or arrays of cells. */

import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/resource.ts';
import type { RowSink } from '../contract/rows.ts';
import { columnWarning } from '../core/column-facts.ts';
import { ColumnWatch, toldNames } from './column-watch.ts';
import type { Findings } from './findings.ts';
import { JsonText } from './json-text.ts';

/** More names than are told of a row are not kept. */
const MOST_STRANGERS = 16;

/** Takes what is inside the table's array and tells the sink of each row that is complete. */
export class JsonRows {
  readonly #table: TableDefinition;
  readonly #sink: RowSink;
  readonly #findings: Findings;
  readonly #columns: ColumnWatch;
  readonly #cells: string[];
  readonly #nested = new JsonText();
  /** 0: between rows; 1: in a row; more: in a cell. */
  #depth = 0;
  #rowIsObject = false;
  /** Of an object row: whether it has members, and whether one of them is a column. */
  #hasMember = false;
  #hasColumn = false;
  /** Of an object row without a column so far: the first names of its members. */
  #strangers: string[] = [];
  /** Where the next value of the row belongs; undefined: nowhere, the member is no column. */
  #column: number | undefined = 0;

  constructor(table: TableDefinition, sink: RowSink, findings: Findings, columns = new ColumnWatch(table)) {
    this.#table = table;
    this.#sink = sink;
    this.#findings = findings;
    this.#columns = columns;
    this.#cells = table.columns.map(() => 'null');
  }

  begin(isObject: boolean): void {
    if (this.#depth === 0) {
      this.#rowIsObject = isObject;
      this.#hasMember = false;
      this.#hasColumn = false;
      if (this.#strangers.length > 0) this.#strangers = [];
      this.#column = 0;
      this.#cells.fill('null');
    } else if (this.#column !== undefined) {
      this.#nested.begin(isObject);
    }
    this.#depth += 1;
  }

  /** True when it was the table's array that ended. */
  end(isObject: boolean): boolean {
    if (this.#depth === 0) return true;
    this.#depth -= 1;
    if (this.#depth === 0) {
      this.#endRow();
    } else {
      if (this.#column !== undefined) this.#nested.end(isObject);
      if (this.#depth === 1) this.#endCell(this.#nested.take());
    }
    return false;
  }

  name(name: string): void {
    if (this.#depth === 1) {
      this.#column = this.#columns.columns.get(name);
      this.#columns.member(name);
      this.#hasMember = true;
      this.#hasColumn ||= this.#column !== undefined;
      if (!this.#hasColumn && this.#strangers.length < MOST_STRANGERS) this.#strangers.push(name);
    } else if (this.#column !== undefined) {
      this.#nested.name(name);
    }
  }

  string(value: string): void {
    if (this.#depth === 0) throw this.#malformed('is neither an object nor an array');
    if (this.#column !== undefined) this.#scalar(JSON.stringify(value));
  }

  literal(text: string): void {
    if (this.#depth === 0) throw this.#malformed('is neither an object nor an array');
    if (this.#column !== undefined && Math.abs(Number(text)) === Number.POSITIVE_INFINITY) {
      throw this.#malformed('has a number beyond the range of IEEE 754 doubles');
    }
    this.#scalar(text);
  }

  #scalar(text: string): void {
    if (this.#depth === 1) this.#endCell(text);
    else if (this.#column !== undefined) this.#nested.value(text);
  }

  #endCell(text: string): void {
    if (this.#column === undefined) return;
    if (this.#column >= this.#cells.length) throw this.#malformed(`has more than ${this.#cells.length} cells`);
    // Of a repeated member the last counts.
    this.#cells[this.#column] = text;
    this.#columns.cell(this.#column, text);
    if (!this.#rowIsObject) this.#column += 1;
  }

  #endRow(): void {
    // Cells that are not there are null already.
    if (!this.#rowIsObject && this.#column !== this.#cells.length && this.#table.short_rows !== 'null') {
      throw this.#malformed(`has ${this.#column} cells instead of ${this.#cells.length}`);
    }
    if (this.#hasMember && !this.#hasColumn) {
      const { message } = this.#malformed('has members, but none of the declared columns');
      this.#findings.malformed(message, columnWarning(message.slice(0, -1), toldNames(this.#strangers)));
    }
    this.#sink.row(this.#cells.join(','));
    this.#columns.row();
  }

  #malformed(what: string): LoadFailure {
    return new LoadFailure('origin-malformed', `Table "${this.#table.name}", row ${this.#columns.rows}: it ${what}.`);
  }
}
