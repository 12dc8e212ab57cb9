/** Reads tables from a JSON answer in one pass, without holding a table: each row is passed on when it is complete. */

import { MAX_ORIGIN_NESTING } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { columnWarning } from '../core/column-facts.ts';
import { JsonEvents, type JsonHandler } from '../core/json-events.ts';
import { pointerTo, pointerTokens } from '../core/pointer.ts';
import type { RowReader, RowSink } from '../ports/rows.ts';
import type { AnswerWatch } from './answer-watch.ts';
import { MOST_TOLD } from './column-watch.ts';
import { tellEmpty } from './empty-tables.ts';
import { Findings } from './findings.ts';
import { FoundNames, noteInstead } from './found-names.ts';
import { JsonRows } from './json-rows.ts';
import { type PointerNode, pointerTree } from './pointers.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Reads tables at RFC 6901 pointers of a JSON document; `watch` receives what lies outside their rows. */
export function readJson(
  tables: readonly TableDefinition[],
  sink: RowSink,
  options: ReaderOptions = { findings: new Findings() },
): RowReader {
  const finder = new TableFinder(tables, sink, options);
  const events = new JsonEvents(finder, MAX_ORIGIN_NESTING);
  return {
    write: (bytes) => events.write(bytes),
    end: () => {
      events.end();
      finder.finish();
    },
  };
}

/** An open container outside of the tables. */
interface Step {
  /** Null: the container is not on the way to a table. */
  node: PointerNode | null;
  isObject: boolean;
  /** For an array: the number of elements that have begun. */
  elements: number;
  /** An object in the place of this table's array: it is read only to report the names of its members. */
  wrong?: TableDefinition;
}

class TableFinder implements JsonHandler {
  readonly #tables: readonly TableDefinition[];
  readonly #sink: RowSink;
  readonly #root: PointerNode;
  readonly #options: ReaderOptions;
  readonly #watch: AnswerWatch | undefined;
  readonly #seen = new Set<PointerNode>();
  readonly #names = new FoundNames<PointerNode>();
  readonly #path: Step[] = [];
  #name = '';
  /** The table that is being read. */
  #rows: JsonRows | null = null;
  /** Whether a single row takes the place of an array of rows. */
  #isSingle = false;

  constructor(tables: readonly TableDefinition[], sink: RowSink, options: ReaderOptions) {
    this.#tables = tables;
    this.#sink = sink;
    this.#options = options;
    this.#watch = options.watch;
    this.#root = pointerTree(tables);
  }

  begin(isObject: boolean): void {
    if (this.#rows === null) this.#beginOutside(isObject);
    else this.#rows.begin(isObject);
  }

  end(isObject: boolean): void {
    if (this.#rows === null) {
      const step = this.#path.pop();
      if (step?.wrong !== undefined) throw this.#noArray(step.wrong);
      this.#watch?.end();
    } else if (this.#rows.end(isObject) || (this.#isSingle && this.#rows.isBetweenRows)) {
      this.#rows = null;
      this.#sink.endTable();
    }
  }

  name(name: string): void {
    if (this.#rows !== null) {
      this.#rows.name(name);
      return;
    }
    this.#name = name;
    const step = this.#path.at(-1);
    if (step?.node) {
      this.#names.add(step.node, name);
      if (step.wrong !== undefined && this.#names.at(step.node).count > MOST_TOLD) throw this.#noArray(step.wrong);
    }
    this.#watch?.name(name);
  }

  string(value: string): void {
    if (this.#rows !== null) {
      this.#rows.string(value);
      return;
    }
    const table = this.#enter()?.table ?? null;
    if (table !== null) throw this.#noArray(this.#definition(table));
    this.#watch?.string(value);
  }

  literal(text: string): void {
    if (this.#rows !== null) {
      this.#rows.literal(text);
      return;
    }
    const table = this.#enter()?.table ?? null;
    if (table === null) {
      this.#watch?.literal(text);
      return;
    }
    if (text !== 'null') throw this.#noArray(this.#definition(table));
    this.#watch?.rows();
    tellEmpty(table, this.#sink);
  }

  /**
   * The answer has ended: a table that did not occur has no rows, if its definition allows that.
   *
   * @throws LoadFailure `origin-malformed`, naming the missing table; `origin-refused`
   */
  finish(): void {
    this.#watch?.finish();
    const found = new Set([...this.#seen].map((node) => node.table));
    this.#tables.forEach((table, index) => {
      if (found.has(index)) return;
      if (table.missing !== 'empty') throw this.#noArray(table);
      noteInstead(this.#options.columns?.[index], noArray(table), this.#found(table));
      tellEmpty(index, this.#sink);
    });
  }

  /** A container outside of the tables, or the array of one. */
  #beginOutside(isObject: boolean): void {
    const node = this.#enter();
    const table = node?.table ?? null;
    if (table === null) {
      this.#push({ node, isObject, elements: 0 });
      this.#watch?.begin(isObject);
      return;
    }
    const definition = this.#definition(table);
    if (isObject && !definition.single) {
      this.#push({ node, isObject, elements: 0, wrong: definition });
      this.#watch?.begin(isObject);
      return;
    }
    this.#watch?.rows();
    this.#sink.beginTable(table);
    const { findings, columns } = this.#options;
    this.#rows = new JsonRows(definition, this.#sink, findings, columns?.[table]);
    this.#isSingle = isObject;
    if (isObject) this.#rows.begin(isObject);
  }

  #push(step: Step): void {
    this.#path.push(step);
    if (step.node !== null) this.#names.open(step.node);
  }

  /** The place in the tree of the value that begins; null if it is not on the way to a table. */
  #enter(): PointerNode | null {
    const step = this.#path.at(-1);
    let node: PointerNode | undefined | null = this.#root;
    if (step !== undefined) {
      const name = step.isObject ? this.#name : String(step.elements++);
      node = step.node?.children.get(name);
    }
    if (!node) return null;
    if (this.#seen.has(node)) {
      // The rows of the first one cannot be taken back, so the last one cannot replace them.
      throw new LoadFailure(
        'origin-malformed',
        'The origin repeats a member that leads to a table (tables[].rows): it must have it once.',
      );
    }
    this.#seen.add(node);
    return node;
  }

  #noArray(table: TableDefinition): LoadFailure {
    const detail = noArray(table);
    return new LoadFailure('origin-malformed', `${detail}.`, {
      adminDetail: columnWarning(detail, this.#found(table)),
      place: { table: table.name, member: 'rows' },
    });
  }

  /** The names at the last place on the way to a table that the answer has. */
  #found({ rows = '' }: TableDefinition): string {
    const way: [called: string, node: PointerNode][] = [['', this.#root]];
    for (const token of pointerTokens(rows)) {
      const [called, node] = way.at(-1) ?? ['', this.#root];
      const next = node.children.get(token);
      if (next === undefined) break;
      way.push([pointerTo(called, token), next]);
    }
    return this.#names.last(way);
  }

  #definition(table: number): TableDefinition {
    const definition = this.#tables[table];
    if (definition === undefined) throw new RangeError('a table that is not defined');
    return definition;
  }
}

function noArray({ name, rows = '' }: TableDefinition): string {
  return `Table "${name}": there is no array at "${rows}" in the origin's answer`;
}
