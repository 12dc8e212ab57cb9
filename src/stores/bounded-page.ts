/**
 * Pages limited in bytes as well as in rows: a thousand of the largest rows would take half of an isolate's memory. A
 * row includes its large column only if that is small enough for a thousand of them. For other rows the page has only
 * the size; one further statement reads those that still fit. So usual pages cost no more: a sum in SQL would read each
 * row three times.
 */

import { MAX_PAGE, MAX_PAGE_BYTES } from '../contract/constants.ts';

/** Largest value that is read with its row, bytes. */
const SMALL_BYTES = Math.floor(MAX_PAGE_BYTES / (MAX_PAGE + 1));

/** The columns that `sizedColumn` selects in addition. */
export interface SizedRow {
  value_bytes: number;
}

/** SQL of a text column that is null where its value is large, and of its size. */
export function sizedColumn(table: string, column: string): string {
  const value = `${table}.${column}`;
  return `CASE WHEN octet_length(${value}) <= ${SMALL_BYTES} THEN ${value} END AS ${column}, octet_length(${value}) AS value_bytes`;
}

/** How many of the rows fill a page; at least one. */
export function rowsThatFit(rows: readonly SizedRow[]): number {
  let bytes = 0;
  const end = rows.findIndex(({ value_bytes }) => {
    const isFull = bytes >= MAX_PAGE_BYTES;
    bytes += value_bytes;
    return isFull;
  });
  return end < 0 ? rows.length : end;
}

/** Whether the row was read without its large column. */
export function isLarge({ value_bytes }: SizedRow): boolean {
  return value_bytes > SMALL_BYTES;
}
