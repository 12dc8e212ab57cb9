/** Where the cells of declared columns are within a row (CONTRACT 4 "Columns"): RFC 6901 pointers, all followed in one pass. */

import { type Column, type ColumnDefinition, columnDefinition } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { pointerTo, pointerTokens } from './pointer.ts';

/** A table as it is read: with `hidden` cells, which follow its columns and are not part of rows. */
export interface ReadTable extends TableDefinition {
  hidden?: readonly ColumnDefinition[];
}

/** All columns whose cells are read. */
export function readColumns({ columns, hidden = [] }: ReadTable): readonly Column[] {
  return hidden.length === 0 ? columns : [...columns, ...hidden];
}

/** A place on the path to cells. */
export interface ColumnPlace {
  /** The columns whose cell is the value here, by index in the definition. */
  columns: number[];
  /** The columns whose cells are deeper inside this value. */
  within: number[];
  /** By member name; null: no column is deeper. */
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

/** The same for rows without names, by the position of the cell; null: some column is known only by its name. */
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

/** Whether rows without names consist of the columns in the order of the definition. */
export function isInOrder({ columns }: TableDefinition): boolean {
  return columns.every((column) => columnDefinition(column).at === undefined);
}

/** Whether a token of a pointer is the position of a cell, from 0. */
export function isCellNumber(token: string): boolean {
  return /^(0|[1-9][0-9]{0,3})$/.test(token);
}

/** The tokens of the pointer to a column's cell, at least one. */
export function columnTokens(column: Column): string[] {
  const { name, at } = columnDefinition(column);
  return at === undefined ? [name] : pointerTokens(at);
}

/** The name of a column's cells at the origin: the name of a member, or the pointer to a deeper one. */
export function originName(column: Column): string {
  const [first = '', ...others] = columnTokens(column);
  return others.length === 0 ? first : [first, ...others].reduce(pointerTo, '');
}
