/** The first rows of tables, to be shown to a person: limited in every respect, whatever an origin sends. */

import { columnName } from '../contract/column.ts';
import { MAX_ROWS } from '../contract/constants.ts';
import { type ProbedTable, SHOWN_BYTES, SHOWN_CELL_BYTES, SHOWN_ROWS } from '../contract/probe.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { RowSink } from '../ports/rows.ts';
import { tooManyRows } from './load.ts';

// rawJSON keeps the digits of numbers as the origin wrote them (TC39 "JSON.parse source text access"); TypeScript lacks
// its type.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
type Reviver = (this: unknown, name: string, value: unknown, context: { source: string }) => unknown;

const encoder = new TextEncoder();

/** Takes the rows of an answer, counts all of them and keeps the first. */
export class FirstRows implements RowSink {
  readonly tables: ProbedTable[];
  readonly #hide: (text: string) => string;
  #table: ProbedTable | undefined;
  #bytes = 0;

  /** @param hide removes from a text what must not be shown */
  constructor(tables: readonly TableDefinition[], hide: (text: string) => string) {
    this.tables = tables.map(({ name, columns }) => ({ name, columns: columns.map(columnName), rows: 0, data: [] }));
    this.#hide = hide;
  }

  get rows(): number {
    return this.tables.reduce((sum, { rows }) => sum + rows, 0);
  }

  beginTable(table: number): void {
    this.#table = this.tables[table];
  }

  /** @throws LoadFailure `origin-too-large` where a load would fail because of its rows */
  row(text: string): void {
    if (this.#table === undefined) return;
    if (this.rows === MAX_ROWS) throw tooManyRows();
    this.#table.rows += 1;
    if (this.#table.data.length >= SHOWN_ROWS || this.#bytes >= SHOWN_BYTES) return;
    const cells = parsed(`[${text}]`).map((cell) => this.#shown(cell));
    this.#bytes += encoder.encode(JSON.stringify(cells)).length;
    this.#table.data.push(cells);
  }

  endTable(): void {
    this.#table = undefined;
  }

  #shown(cell: unknown): unknown {
    const text = typeof cell === 'string' ? cell : JSON.stringify(cell);
    const told = this.#hide(text);
    const { read } = encoder.encodeInto(told, new Uint8Array(SHOWN_CELL_BYTES));
    if (read < told.length) return `${told.slice(0, read)}…`;
    return told === text ? cell : told;
  }
}

function parsed(text: string): unknown[] {
  const keepDigits: Reviver = (_name, value, { source }) => (typeof value === 'number' ? rawJSON(source) : value);
  return JSON.parse(text, keepDigits as (this: unknown, name: string, value: unknown) => unknown) as unknown[];
}
