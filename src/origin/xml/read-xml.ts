/** Reads tables from an XML answer in one pass, without building a tree: each element at the path of a table is a row. */

import { LoadFailure } from '../../contract/problem.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import { columnWarning } from '../../core/column-facts.ts';
import { type XmlStep, xmlSteps } from '../../core/xml-steps.ts';
import type { RowReader, RowSink } from '../../ports/rows.ts';
import { ColumnWatch } from '../column-watch.ts';
import { tellEmpty } from '../empty-tables.ts';
import { Findings } from '../findings.ts';
import { FoundNames, noteInstead } from '../found-names.ts';
import type { ReaderOptions } from '../reader-options.ts';
import { SoapFault } from './soap-fault.ts';
import { type XmlElement, XmlEvents, type XmlHandler } from './xml-events.ts';
import { XmlPlaces } from './xml-places.ts';
import { XmlRows } from './xml-rows.ts';
import { branchOf, placeAt, type XmlNode, xmlTree } from './xml-tree.ts';

/** Reads tables at paths of local names; a SOAP Fault ends the reading. */
export function readXml(
  tables: readonly TableDefinition[],
  sink: RowSink,
  options: ReaderOptions = { findings: new Findings() },
): RowReader {
  const finder = new TableFinder(tables, sink, options);
  const events = new XmlEvents(finder);
  return {
    write: (bytes) => events.write(bytes),
    end: () => {
      events.end();
      finder.finish();
    },
  };
}

/** A table whose rows are the elements at a place, or are direct children of it. */
interface Found {
  table: number;
  isRow: boolean;
}

class TableFinder implements XmlHandler {
  readonly #tables: readonly TableDefinition[];
  readonly #sink: RowSink;
  readonly #options: ReaderOptions;
  readonly #fault: SoapFault;
  readonly #places: XmlPlaces;
  /** The way from the root to the innermost open element outside of rows, as far as it leads to tables. */
  readonly #path: XmlNode<Found>[];
  readonly #root: XmlNode<Found>;
  readonly #names = new FoundNames<XmlNode<Found>>();
  #ignored = 0;
  /** The table whose rows are being read; its reader takes the content of a row. */
  #current: { table: number; rows: XmlRows } | null = null;
  #isInRow = false;
  /** The tables whose parent element occurred, and those whose rows occurred. */
  readonly #parents = new Set<number>();
  readonly #told = new Set<number>();

  constructor(tables: readonly TableDefinition[], sink: RowSink, options: ReaderOptions) {
    this.#tables = tables;
    this.#sink = sink;
    this.#options = options;
    this.#fault = new SoapFault((fault) => {
      throw fault.failure((options.words ?? String)(fault.words));
    });
    this.#places = new XmlPlaces(options.places ?? { all: [] });
    this.#root = xmlTree(tables.flatMap(placesOf));
    this.#path = [this.#root];
    this.#names.open(this.#root);
  }

  open(element: XmlElement): void {
    this.#fault.open(element);
    this.#places.open(element);
    if (this.#isInRow) {
      this.#current?.rows.open(element);
      return;
    }
    const parent = this.#path.at(-1);
    const node = this.#ignored > 0 || parent === undefined ? undefined : branchOf(parent.elements, element);
    if (this.#ignored === 0 && parent !== undefined && node?.here.some(({ isRow }) => isRow) !== true) {
      this.#names.add(parent, element.local);
    }
    if (node === undefined) {
      this.#ignored += 1;
      return;
    }
    for (const { table, isRow } of node.here) {
      if (isRow) this.#beginRow(table, element);
      else this.#parents.add(table);
    }
    if (this.#isInRow) return;
    this.#path.push(node);
    this.#names.open(node);
  }

  text(piece: string): void {
    this.#fault.text(piece);
    this.#places.text(piece);
    if (this.#isInRow) this.#current?.rows.text(piece);
  }

  close(): void {
    this.#fault.close();
    this.#places.close();
    if (this.#isInRow) this.#isInRow = this.#current?.rows.close() === false;
    else if (this.#ignored > 0) this.#ignored -= 1;
    else this.#path.pop();
  }

  /**
   * The answer has ended: a table without rows is empty if its parent element occurred, or if its definition allows
   * that.
   *
   * @throws LoadFailure `origin-malformed`, naming the missing table; `origin-refused`
   */
  finish(): void {
    this.#options.watch?.finish();
    if (this.#current !== null) this.#sink.endTable();
    for (const [index, { name, rows = '', missing }] of this.#tables.entries()) {
      if (this.#told.has(index)) continue;
      const hasParent = this.#parents.has(index);
      const place = hasParent ? rows : parentOf(rows);
      const detail = `Table "${name}": there is nothing at "${place}" in the origin's answer`;
      const found = this.#found(rows);
      if (!hasParent && missing !== 'empty') {
        throw new LoadFailure('origin-malformed', `${detail}.`, {
          adminDetail: columnWarning(detail, found),
          place: { table: name, member: 'rows' },
        });
      }
      noteInstead(this.#options.columns?.[index], detail, found);
      tellEmpty(index, this.#sink);
    }
  }

  /** The names at the last place on the way to a table's rows that the answer has. */
  #found(rows: string): string {
    const way: [called: string, node: XmlNode<Found>][] = [['', this.#root]];
    for (const step of xmlSteps(rows) ?? []) {
      const [called, node] = way.at(-1) ?? ['', this.#root];
      const next = placeAt(node, step);
      if (next === undefined) break;
      way.push([`${called}/${step.uri === null ? '' : `{${step.uri}}`}${step.local}`, next]);
    }
    return this.#names.last(way);
  }

  #beginRow(table: number, element: XmlElement): void {
    if (this.#current?.table !== table) this.#beginTable(table);
    this.#isInRow = true;
    this.#current?.rows.open(element);
  }

  #beginTable(table: number): void {
    const definition = this.#tables[table];
    if (definition === undefined) throw new RangeError('a table that is not defined');
    if (this.#told.has(table)) {
      // The table has already ended; it cannot get more rows.
      const detail = `Table "${definition.name}": the rows of another table stand between its own: make a resource of each table.`;
      throw new LoadFailure('origin-malformed', detail, { place: { table: definition.name, member: 'rows' } });
    }
    if (this.#current !== null) this.#sink.endTable();
    this.#told.add(table);
    this.#sink.beginTable(table);
    const { findings, columns } = this.#options;
    const watch = columns?.[table] ?? new ColumnWatch(definition);
    this.#current = { table, rows: new XmlRows(definition, this.#sink, findings, watch) };
  }
}

/**
 * Where a table's rows lie, and their parent element. The document is not counted as a parent, since it always exists.
 */
function placesOf({ rows = '' }: TableDefinition, table: number): (readonly [XmlStep[], Found])[] {
  const steps = xmlSteps(rows) ?? [];
  const row = [steps, { table, isRow: true }] as const;
  return steps.length === 1 ? [row] : [row, [steps.slice(0, -1), { table, isRow: false }] as const];
}

/** The path of the parent element of rows; for the root, its own path. */
function parentOf(rows: string): string {
  const parent = /^((?:\/(?:\{[^{}]*\}|[^/{}])*)+)\//.exec(rows)?.[1];
  return parent ?? rows;
}
