/** Where the cells of declared columns lie within a row (CONTRACT 4 "Columns"): RFC 6901 pointers, followed all at once. */

import { type Column, type ColumnDefinition, columnDefinition } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { pointerTo, pointerTokens } from './pointer.ts';

/** A table as it is read: with cells that are looked at and stand in no row, behind those of its columns. */
export interface ReadTable extends TableDefinition {
  hidden?: readonly ColumnDefinition[];
}

/** All columns that cells are looked for of. */
export function readColumns({ columns, hidden = [] }: ReadTable): readonly Column[] {
  return hidden.length === 0 ? columns : [...columns, ...hidden];
}

/** A place on the way to cells. */
export interface ColumnPlace {
  /** The columns that take the value here, by their index in the definition. */
  columns: number[];
  /** The columns that lie deeper, through this value. */
  within: number[];
  /** By member name; null: no column lies deeper. */
  children: Map<string, ColumnPlace> | null;
}

/** The places of all columns of a table as a tree, from the row on. */
export function columnPlaces(table: ReadTable): ColumnPlace {
  const row: ColumnPlace = { columns: [], within: [], children: new Map() };
  readColumns(table).forEach((column, index) => {
    let place = row;
    for (const token of columnTokens(column)) {
      place.within.push(index);
      place.children ??= new Map();
      const next = place.children.get(token) ?? { columns: [], within: [], children: null };
      place.children.set(token, next);
      place = next;
    }
    place.columns.push(index);
  });
  return row;
}

/** The same of rows that have no names, by the place of the cell; null: some column is known by its name alone. */
export function cellPlaces(table: ReadTable, places: ColumnPlace): (ColumnPlace | undefined)[] | null {
  const cells: (ColumnPlace | undefined)[] = [];
  if (isInOrder(table)) {
    if (table.hidden !== undefined) return null;
    return table.columns.map((_column, index) => ({ columns: [index], within: [], children: null }));
  }
  for (const [token, place] of places.children ?? []) {
    if (!isCellNumber(token)) return null;
    cells[Number(token)] = place;
  }
  return cells;
}

/** Whether rows without names have the columns in the order of the definition, and no others. */
export function isInOrder({ columns }: TableDefinition): boolean {
  return columns.every((column) => columnDefinition(column).at === undefined);
}

/** Whether a token of a pointer is the number of a cell, from 0. */
export function isCellNumber(token: string): boolean {
  return /^(0|[1-9][0-9]{0,3})$/.test(token);
}

/** The tokens of the pointer to a column's cell, one at least. */
export function columnTokens(column: Column): string[] {
  const { name, at } = columnDefinition(column);
  return at === undefined ? [name] : pointerTokens(at);
}

/** What the cells of a column are called in the origin: a member's name, or the pointer to a deeper one. */
export function originName(column: Column): string {
  const [first = '', ...others] = columnTokens(column);
  return others.length === 0 ? first : [first, ...others].reduce(pointerTo, '');
}
