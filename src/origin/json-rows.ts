/** The rows of one table in a JSON answer: objects, whose members `columns` selects and orders, or arrays of cells. */

import { columnName } from '../contract/column.ts';
import { LoadFailure } from '../contract/problem.ts';
import { columnWarning } from '../core/column-facts.ts';
import { type ColumnPlace, cellPlaces, isInOrder, type ReadTable, readColumns } from '../core/column-places.ts';
import { counted } from '../core/counted.ts';
import type { RowSink } from '../ports/rows.ts';
import { CellWriter } from './cells/cell-writer.ts';
import { ColumnWatch, toldNames } from './column-watch.ts';
import type { Findings } from './findings.ts';
import { JsonText } from './json-text.ts';

/** Most unknown names of a row that are kept for an error text. */
const MOST_STRANGERS = 16;

/** A container that is the value of columns and is copied as JSON. */
interface Copy {
  place: ColumnPlace;
  /** Number of open containers around it. */
  depth: number;
  text: JsonText;
}

/** Reads the content of the table's array and gives each complete row to the sink. */
export class JsonRows {
  readonly #table: ReadTable;
  readonly #sink: RowSink;
  readonly #findings: Findings;
  readonly #watch: ColumnWatch;
  readonly #cells: CellWriter;
  /** The columns of array cells, by position; null: some column has only a name, though others have an `at`. */
  readonly #elements: (ColumnPlace | undefined)[] | null;
  readonly #isInOrder: boolean;
  /** 0: between rows; 1: in a row; more: in a cell. */
  #depth = 0;
  #rowIsObject = false;
  /** Number of cells of an array row so far. */
  #width = 0;
  /** Whether the member names of the row are kept. */
  #isNoted = true;
  /** For an object row: whether it has members, and whether one of them leads to a column. */
  #hasMember = false;
  #hasColumn = false;
  /** For an object row without a column so far: the first names of its members. */
  #strangers: string[] = [];
  /** Place of the next value; undefined: it belongs to no column. */
  #place: ColumnPlace | undefined;
  /** The open objects that contain columns, from the row on. */
  readonly #way: ColumnPlace[];
  /** Places of the innermost open object's members; null: it contains no column. */
  #members: ColumnPlace['children'] = null;
  readonly #copies: Copy[] = [];

  constructor(table: ReadTable, sink: RowSink, findings: Findings, watch = new ColumnWatch(table)) {
    this.#table = table;
    this.#sink = sink;
    this.#findings = findings;
    this.#watch = watch;
    this.#cells = new CellWriter(table, watch);
    this.#way = [watch.places];
    this.#elements = cellPlaces(table, watch.places);
    this.#isInOrder = isInOrder(table);
  }

  get isBetweenRows(): boolean {
    return this.#depth === 0;
  }

  begin(isObject: boolean): void {
    if (this.#depth === 0) this.#beginRow(isObject);
    else this.#beginContainer(isObject);
    this.#depth += 1;
  }

  /** Returns true if the table's array has ended. */
  end(isObject: boolean): boolean {
    if (this.#depth === 0) return true;
    this.#depth -= 1;
    if (this.#depth === 0) {
      this.#endRow();
      return false;
    }
    if (this.#way.length > this.#depth) this.#way.pop();
    this.#members = this.#way.length === this.#depth ? (this.#way[this.#depth - 1]?.children ?? null) : null;
    this.#place = undefined;
    if (this.#copies.length > 0) this.#endCopies(isObject);
    if (this.#depth === 1 && !this.#rowIsObject) this.#nextElement();
    return false;
  }

  name(name: string): void {
    if (this.#copies.length > 0) for (const { text } of this.#copies) text.name(name);
    if (this.#members === null) return;
    const place = this.#members.get(name);
    this.#place = place;
    if (this.#depth > 1) return;
    if (this.#isNoted) this.#watch.member(name);
    this.#hasMember = true;
    if (place !== undefined) this.#hasColumn = true;
    else if (!this.#hasColumn && this.#strangers.length < MOST_STRANGERS) this.#strangers.push(name);
  }

  string(value: string): void {
    if (this.#depth === 0) throw this.#malformed('is neither an object nor an array');
    if (this.#copies.length > 0) this.#copy(JSON.stringify(value));
    const place = this.#place;
    if (place !== undefined) {
      if (place.children !== null) throw this.#leadsNowhere(place);
      this.#cells.text(place.columns, value);
    }
    if (this.#depth === 1 && !this.#rowIsObject) this.#nextElement();
  }

  literal(text: string): void {
    if (this.#depth === 0) throw this.#malformed('is neither an object nor an array');
    const place = this.#place;
    if ((place !== undefined || this.#copies.length > 0) && Math.abs(Number(text)) === Number.POSITIVE_INFINITY) {
      throw this.#malformed('has a number beyond the range of IEEE 754 doubles: have the origin write it as a text');
    }
    if (this.#copies.length > 0) this.#copy(text);
    if (place !== undefined) {
      if (place.children !== null) {
        if (text !== 'null') throw this.#leadsNowhere(place);
        this.#cells.empty(place.within, true);
      }
      this.#cells.literal(place.columns, text);
    }
    if (this.#depth === 1 && !this.#rowIsObject) this.#nextElement();
  }

  #beginRow(isObject: boolean): void {
    this.#rowIsObject = isObject;
    this.#hasMember = false;
    this.#hasColumn = false;
    this.#isNoted = this.#watch.notes;
    if (this.#strangers.length > 0) this.#strangers = [];
    this.#cells.beginRow();
    this.#place = undefined;
    if (isObject) {
      this.#members = this.#watch.places.children;
      return;
    }
    this.#members = null;
    if (this.#elements === null) {
      throw this.#malformed('is an array, but a column has no number of a cell, such as "at": "/0"');
    }
    this.#width = 0;
    this.#place = this.#elements[0];
  }

  #beginContainer(isObject: boolean): void {
    const place = this.#place;
    this.#members = null;
    if (place !== undefined) {
      if (place.columns.length > 0) this.#copies.push({ place, depth: this.#depth, text: new JsonText() });
      if (place.children !== null) {
        if (!isObject) throw this.#leadsNowhere(place);
        // Of a repeated member only the last counts, with everything inside it.
        this.#cells.empty(place.within, false);
        this.#way.push(place);
        this.#members = place.children;
      }
      this.#place = undefined;
    }
    if (this.#copies.length > 0) for (const { text } of this.#copies) text.begin(isObject);
  }

  #endCopies(isObject: boolean): void {
    for (const { text } of this.#copies) text.end(isObject);
    const copy = this.#copies.at(-1);
    if (copy?.depth !== this.#depth) return;
    this.#copies.pop();
    this.#cells.nested(copy.place.columns, copy.text.take());
  }

  #copy(text: string): void {
    for (const copy of this.#copies) copy.text.value(text);
  }

  /** A cell of an array row has ended. */
  #nextElement(): void {
    if (this.#isInOrder && this.#width === this.#table.columns.length) {
      throw this.#malformed(`has more than the ${counted(this.#width, 'cell')} that tables[].columns names`);
    }
    this.#width += 1;
    this.#place = this.#elements?.[this.#width];
  }

  #endRow(): void {
    if (!this.#rowIsObject) this.#checkWidth();
    if (this.#hasMember && !this.#hasColumn) {
      const { message, place } = this.#malformed('has members, but none of the declared columns');
      const told = columnWarning(message.slice(0, -1), toldNames(this.#strangers));
      this.#findings.malformed(message, told, place);
    }
    this.#sink.row(this.#cells.row(), this.#cells.key(), this.#cells.hidden());
    this.#watch.row();
  }

  /** For an array row; missing cells are already null. */
  #checkWidth(): void {
    const width = this.#elements?.length ?? 0;
    if (this.#width < width && this.#table.short_rows !== 'null') {
      throw this.#malformed(`has ${this.#width} cells instead of ${width}`);
    }
  }

  /** The failure for a value that is not an object although columns lie inside it. */
  #leadsNowhere({ within }: ColumnPlace): LoadFailure {
    const column = columnName(readColumns(this.#table)[within[0] ?? 0] ?? '');
    return this.#malformed(`has no object where "at" of the column "${column}" leads through one`, column);
  }

  #malformed(what: string, column?: string): LoadFailure {
    const table = this.#table.name;
    const place = { table, ...(column === undefined ? {} : { column }) };
    return new LoadFailure('origin-malformed', `Table "${table}", row ${this.#watch.rows}: it ${what}.`, { place });
  }
}
