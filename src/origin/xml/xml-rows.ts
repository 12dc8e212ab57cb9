/** The rows of one table in an XML answer: elements, from which `columns` selects texts and attributes. */

import { columnDefinition, columnName } from '../../contract/column.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import { columnWarning } from '../../core/column-facts.ts';
import { type ReadTable, readColumns } from '../../core/column-places.ts';
import { type XmlStep, xmlSteps } from '../../core/xml-steps.ts';
import type { RowSink } from '../../ports/rows.ts';
import { CellWriter } from '../cells/cell-writer.ts';
import { type ColumnWatch, toldNames } from '../column-watch.ts';
import type { Findings } from '../findings.ts';
import { ElementText } from './element-text.ts';
import type { XmlElement } from './xml-events.ts';
import { branchOf, type XmlNode, xmlTree } from './xml-tree.ts';

/** Most matches of one column in a row, with `"as": "json"`. */
const MAX_MATCHES = 10_000;
/** Most unknown names of a row that are kept for an error text. */
const MOST_STRANGERS = 16;

/** An open element that a column's path leads to or through; the first is the row. */
interface Step {
  /** Indexes of the columns at this element. */
  node: XmlNode<number>;
  /** Null: no column takes the text. */
  text: ElementText | null;
}

/** The path of a column's cell within the row; null: it is invalid (check-xml.ts). */
export function columnSteps(column: TableDefinition['columns'][number]): XmlStep[] | null {
  const { name, at } = columnDefinition(column);
  return xmlSteps(at ?? `/${name}`);
}

/** Reads the content of the elements that are rows, and gives each complete row to the sink. */
export class XmlRows {
  readonly #table: ReadTable;
  readonly #sink: RowSink;
  readonly #findings: Findings;
  readonly #watch: ColumnWatch;
  readonly #cells: CellWriter;
  readonly #root: XmlNode<number>;
  readonly #path: Step[] = [];
  /** Number of open elements that no column's path leads through. */
  #ignored = 0;
  /** How often each column occurs in the row. */
  readonly #matches: Uint16Array;
  /** The values so far of columns that take several. */
  readonly #lists: Map<number, (string | null)[]> = new Map();
  readonly #takesLists: readonly boolean[];
  #hasMember = false;
  #hasColumn = false;
  #strangers: string[] = [];

  constructor(table: ReadTable, sink: RowSink, findings: Findings, watch: ColumnWatch) {
    const columns = readColumns(table);
    this.#table = table;
    this.#sink = sink;
    this.#findings = findings;
    this.#watch = watch;
    this.#cells = new CellWriter(table, watch);
    this.#root = xmlTree(columns.map((column, index) => [columnSteps(column) ?? [], index] as const));
    this.#matches = new Uint16Array(columns.length);
    this.#takesLists = columns.map((column) => columnDefinition(column).as === 'json');
  }

  get isBetweenRows(): boolean {
    return this.#path.length === 0;
  }

  open(element: XmlElement): void {
    const parent = this.#path.at(-1);
    if (parent === undefined) {
      this.#cells.beginRow();
      this.#matches.fill(0);
      this.#hasMember = false;
      this.#hasColumn = false;
      if (this.#strangers.length > 0) this.#strangers = [];
      this.#push(this.#root, element);
      return;
    }
    if (this.#ignored > 0) {
      this.#ignored += 1;
      return;
    }
    if (parent.text !== null) parent.text.hasElements = true;
    const node = branchOf(parent.node.elements, element);
    if (this.#path.length === 1) this.#member(element.local, node !== undefined);
    if (node === undefined) this.#ignored = 1;
    else this.#push(node, element);
  }

  text(piece: string): void {
    if (this.#ignored === 0) this.#path.at(-1)?.text?.add(piece);
  }

  /** Returns true if the element that ended was a row. */
  close(): boolean {
    if (this.#ignored > 0) {
      this.#ignored -= 1;
      return false;
    }
    const step = this.#path.pop();
    if (step?.text) this.#value(step.node.here, step.text.value);
    if (this.#path.length > 0) return false;
    this.#endRow();
    return true;
  }

  #push(node: XmlNode<number>, element: XmlElement): void {
    this.#path.push({ node, text: node.here.length === 0 ? null : new ElementText(element) });
    for (const attribute of element.attributes) {
      const place = node.attributes.size === 0 ? undefined : branchOf(node.attributes, attribute);
      if (this.#path.length === 1) this.#member(`@${attribute.local}`, place !== undefined);
      if (place !== undefined) this.#value(place.here, attribute.value);
    }
  }

  /** An element or attribute of the row itself. */
  #member(name: string, isColumn: boolean): void {
    this.#watch.member(name);
    this.#hasMember = true;
    this.#hasColumn ||= isColumn;
    if (!this.#hasColumn && this.#strangers.length < MOST_STRANGERS) this.#strangers.push(name);
  }

  /** A text, or null, for columns; undefined: child elements take the place of a text. */
  #value(columns: readonly number[], text: string | null | undefined): void {
    for (const column of columns) {
      if (text === undefined) {
        throw this.#malformed(
          `has elements where "at" of the column "${this.#nameOf(column)}" leads to a text`,
          column,
        );
      }
      const matches = (this.#matches[column] ?? 0) + 1;
      this.#matches[column] = matches;
      this.#hasColumn = true;
      if (this.#takesLists[column]) {
        this.#listed(column, text, matches);
      } else if (matches > 1) {
        const remedy = 'a path with a namespace, {uri}name, tells them apart, "as": "json" takes all';
        throw this.#malformed(`has the column "${this.#nameOf(column)}" more than once; ${remedy}`, column);
      } else if (text === null) {
        this.#cells.empty([column], true);
      } else {
        this.#cells.text([column], text);
      }
    }
  }

  #listed(column: number, text: string | null, matches: number): void {
    if (matches > MAX_MATCHES) {
      const detail = `${this.#place}: it has the column "${this.#nameOf(column)}" more than ${MAX_MATCHES} times.`;
      throw new LoadFailure('origin-too-large', detail, {
        place: { table: this.#table.name, column: this.#nameOf(column) },
      });
    }
    const list = matches === 1 ? [] : (this.#lists.get(column) ?? []);
    this.#lists.set(column, list);
    list.push(text);
  }

  #endRow(): void {
    for (const [column, texts] of this.#lists) this.#cells.list(column, texts);
    this.#lists.clear();
    if (this.#hasMember && !this.#hasColumn) {
      const { message, place } = this.#malformed('has elements or attributes, but none of the declared columns');
      const told = columnWarning(message.slice(0, -1), toldNames(this.#strangers));
      this.#findings.malformed(message, told, place);
    }
    this.#sink.row(this.#cells.row(), this.#cells.key(), this.#cells.hidden());
    this.#watch.row();
  }

  #nameOf(column: number): string {
    return columnName(readColumns(this.#table)[column] ?? '');
  }

  get #place(): string {
    return `Table "${this.#table.name}", row ${this.#watch.rows}`;
  }

  #malformed(what: string, column?: number): LoadFailure {
    const named = column === undefined ? {} : { column: this.#nameOf(column) };
    const place = { table: this.#table.name, ...named };
    return new LoadFailure('origin-malformed', `${this.#place}: it ${what}.`, { place });
  }
}
