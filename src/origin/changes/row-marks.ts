/**
 * A row's watermark and deletion mark: cells that are read in addition to those of its columns
 * (CONTRACT 4 "Changes of origins").
 */

import type { Changes } from '../../contract/changes.ts';
import { type ColumnDefinition, columnDefinition, columnName } from '../../contract/column.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import type { ReadTable } from '../../core/column-places.ts';
import { isMark } from '../../core/watermark.ts';

/** What one row says about its change. */
export interface RowMarks {
  /** Its watermark; null: it has none. */
  mark: string | null;
  /** The row is a deletion. */
  isRemoved: boolean;
  /** The key for the sink; a deletion may have it at another place. */
  key: string;
}

/** The table with the cells that its changes need, and a function that reads them. */
export interface MarkedTable<Table extends TableDefinition = TableDefinition> {
  table: Table & ReadTable;
  /** @throws LoadFailure `origin-malformed` for a watermark that cannot be compared */
  marksOf(key: string, hidden: readonly string[]): RowMarks;
}

/** Adds the cells that changes need to the table of a definition. */
export function markedTable<Table extends TableDefinition>(
  table: Table,
  { cursor, as = 'time', removed }: Changes,
): MarkedTable<Table> {
  const hidden: ColumnDefinition[] = [];
  const add = (definition: Partial<ColumnDefinition>, at: string) => {
    hidden.push({ ...definition, name: at, at });
    return hidden.length - 1;
  };
  // Times without an offset are read as UTC and asked for in UTC, so their real zone does not matter.
  const typed = as === 'time' ? ({ as, zone: 'UTC' } as const) : ({ as } as const);
  const cursorAt = cursor === undefined ? null : add(typed, cursor);
  const removedAt = removed === undefined ? null : add({}, removed.at);
  const isThere = removed?.is === undefined ? null : JSON.stringify(removed.is);
  const keyAt = removed?.key?.map((at, index) => add(cellOf(table, index), at)) ?? null;
  return {
    table: hidden.length === 0 ? table : { ...table, hidden },
    marksOf: (key, cells) => {
      const text = cursorAt === null ? 'null' : (cells[cursorAt] ?? 'null');
      const mark = text === 'null' ? null : text.replace(/^"(.*)"$/, '$1');
      if (mark !== null && !isMark(as, mark)) throw noMark(table);
      const sign = removedAt === null ? 'null' : (cells[removedAt] ?? 'null');
      const isRemoved = isThere === null ? sign !== 'null' : sign === isThere;
      return { mark, isRemoved, key: isRemoved && keyAt !== null ? keyAt.map((at) => cells[at]).join(',') : key };
    },
  };
}

/** The warning where no row has a watermark: then `origin.changes` saves the origin no work. */
export function noCursor(cursor: string): string {
  return `No row has a value at origin.changes.cursor (${cursor}), so each load reads all rows: name the value that the origin sets at each change of a row, by its place in the origin's row.`;
}

/** How cells of this column of the key are made. */
function cellOf({ columns, key = [] }: TableDefinition, index: number): Partial<ColumnDefinition> {
  const column = columns.find((one) => columnName(one) === key[index]);
  const { required: _, optional: __, ...definition } = columnDefinition(column ?? '');
  return definition;
}

function noMark({ name }: TableDefinition): LoadFailure {
  const detail = `Table "${name}": a row has a time or number at origin.changes.cursor that is out of range.`;
  return new LoadFailure('origin-malformed', detail);
}
