/** Rows of ten cells, the same at each call: texts, numbers, dates, as a table of an enterprise system has them. */

import type { Change, Row } from './contender.ts';

const COLUMNS = Array.from({ length: 10 }, (_none, at) => `c${at}`);

function cellsOf(id: number): unknown[] {
  return [`Part ${id}`, id * 3, (id * 7919) % 100_000, `2026-${1 + (id % 12)}-${1 + (id % 28)}`, id % 2 === 0, `Depot ${id % 40}`, null, id / 8, `note of row ${id}, as somebody wrote it`, `K${(id * 31) % 999}`];
}
const rowOf = (id: number): Row => ({ id, ...Object.fromEntries(cellsOf(id).map((cell, at) => [`c${at}`, cell])) });
const range = (from: number, count: number) => Array.from({ length: count }, (_none, at) => from + at);

/** The body of so many rows, and the rows. */
export function make(count: number): { text: string; rows: Row[] } {
  const ids = range(1, count);
  const tables = [{ name: 'rows', columns: COLUMNS, data: ids.map((id) => [id, ...cellsOf(id)]) }];
  return { text: JSON.stringify(tables), rows: ids.map(rowOf) };
}

/** A change of one row in a hundred: half of them go, as many and one more come. */
export function change(count: number): Change {
  const half = Math.max(1, Math.round(count / 200));
  const deleted = range(1, half).map((at) => at * 100);
  const ids = range(count + 1, half + 1);
  const tables = [{ name: 'rows', insert_rows: ids.map((id) => [id, ...cellsOf(id)]), delete_ids: deleted }];
  return { inserted: ids.map(rowOf), deleted, text: JSON.stringify(tables) };
}
