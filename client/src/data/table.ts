/** The rows of a table as an app sees them. Tables of a version share rows and indexes with the previous one. */

import type { CacheOptions, Table } from '../api.ts';
import { type Content, indexOfId, mapRows, type RowsKind, type Segment, type TableContent } from './content.ts';
import { rowsOf } from './parse-rows.ts';

/** The tables of a version by name. The record has no prototype, so that any name is possible. */
export type Tables<T extends object> = Readonly<Record<string, Table<T>>>;

/**
 * The tables of a version.
 *
 * @param before the tables of the previous version, or null. A table that has not changed stays the same object, and so
 * does the record if no table has changed. Rows that still exist stay the same objects.
 */
export function tablesOf<T extends object>(
  content: Content,
  { rows = 'object', numbers = 'native' }: Pick<CacheOptions, 'rows' | 'numbers'>,
  before: Tables<T> | null,
): Tables<T> {
  const kind: RowsKind = `${rows}-${numbers}`;
  const tables: Record<string, Table<T>> = Object.create(null);
  let isSame = before !== null && Object.keys(before).length === content.tables.length;
  for (const table of content.tables) {
    const old = before?.[table.name];
    const known = old instanceof RowTable && old.kind === kind ? (old as RowTable<T>) : null;
    const shown = known?.content === table ? known : new RowTable<T>(table, kind, known);
    if (shown !== old) isSame = false;
    tables[table.name] = shown;
  }
  return isSame && before !== null ? before : tables;
}

class RowTable<T extends object> implements Table<T> {
  readonly content: TableContent;
  readonly kind: RowsKind;
  #rows: readonly T[] | null = null;
  readonly #indexes = new Map<string, Map<unknown, readonly T[]>>();

  constructor(content: TableContent, kind: RowsKind, before: RowTable<T> | null) {
    this.content = content;
    this.kind = kind;
    // A new array of columns means that a whole body came: its row ids may mean other rows.
    if (before === null || before.#indexes.size === 0 || before.content.columns !== content.columns) return;
    const gone = rowsMissing(before, content.ids);
    const come = rowsMissing(this, before.content.ids);
    for (const [column, index] of before.#indexes) {
      this.#indexes.set(column, updatedIndex(index, gone, come, this.#cellOf(column)));
    }
  }

  get columns(): readonly string[] {
    return this.content.columns;
  }

  get size(): number {
    return this.content.ids.length;
  }

  get(rowId: number): T | undefined {
    const { ids, places, segments } = this.content;
    const at = indexOfId(ids, rowId);
    if (ids[at] !== rowId) return undefined;
    const place = places[at] as number;
    let low = 0;
    for (let high = segments.length; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if ((segments[middle] as Segment).first <= place) low = middle;
      else high = middle;
    }
    const segment = segments[low] as Segment;
    return this.#parsed(segment)[place - segment.first];
  }

  ids(): Iterable<number> {
    return mapRows(this.content, (segment, at) => segment.ids[at] as number);
  }

  toArray(): readonly T[] {
    this.#rows ??= mapRows(this.content, (segment, at) => this.#parsed(segment)[at] as T);
    return this.#rows;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.toArray()[Symbol.iterator]();
  }

  index(column: string): ReadonlyMap<unknown, readonly T[]> {
    const known = this.#indexes.get(column);
    if (known !== undefined) return known;
    const index = new Map<unknown, T[]>();
    if (!this.columns.includes(column)) return index;
    const cellOf = this.#cellOf(column);
    for (const row of this.toArray()) {
      const cell = cellOf(row);
      const rows = index.get(cell);
      if (rows === undefined) index.set(cell, [row]);
      else rows.push(row);
    }
    this.#indexes.set(column, index);
    return index;
  }

  #cellOf(column: string): (row: T) => unknown {
    const key = this.kind.startsWith('array') ? this.columns.indexOf(column) : column;
    return (row) => (row as Record<string | number, unknown>)[key];
  }

  #parsed(segment: Segment): T[] {
    return rowsOf(segment, this.kind, this.columns) as T[];
  }
}

/** Rows of a table whose ids are not in `others`. Both are ascending. */
function rowsMissing<T extends object>(table: RowTable<T>, others: Float64Array): T[] {
  const missing: T[] = [];
  let at = 0;
  for (const id of table.content.ids) {
    while ((others[at] as number) < id) at += 1;
    if (others[at] !== id) missing.push(table.get(id) as T);
  }
  return missing;
}

/** A copy of the index in which only the lists of changed values are new. */
function updatedIndex<T>(
  index: ReadonlyMap<unknown, readonly T[]>,
  gone: readonly T[],
  come: readonly T[],
  cellOf: (row: T) => unknown,
): Map<unknown, readonly T[]> {
  const next = new Map(index);
  const dropped = new Set(gone);
  for (const cell of new Set(gone.map(cellOf))) {
    const rest = next.get(cell)?.filter((row) => !dropped.has(row)) ?? [];
    if (rest.length === 0) next.delete(cell);
    else next.set(cell, rest);
  }
  const added = new Map<unknown, T[]>();
  for (const row of come) {
    const cell = cellOf(row);
    const rows = added.get(cell) ?? [...(next.get(cell) ?? [])];
    rows.push(row);
    added.set(cell, rows);
  }
  for (const [cell, rows] of added) next.set(cell, rows);
  return next;
}
