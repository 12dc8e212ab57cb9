/** Searching and sorting: plain functions over the rows on the device. */

import type { Column, Named } from './listings.ts';

export interface Order {
  column: string;
  isDown: boolean;
}

/** The rows whose cells contain all words of the search, sorted. Equal rows stay in order of row id. */
export function findRows(rows: Iterable<Named>, columns: readonly Column[], search: string, order: Order): Named[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...rows].filter(({ row }) => {
    const text = columns.map(({ name }) => String(row[name] ?? '').toLowerCase()).join('\n');
    return words.every((word) => text.includes(word));
  });
  const sign = order.isDown ? -1 : 1;
  return found.sort((a, b) => sign * compare(a.row[order.column], b.row[order.column]) || a.id - b.id);
}

/** Numbers by value, texts by language, missing values last. */
function compare(a: unknown, b: unknown): number {
  if (a == null || b == null) return Number(a == null) - Number(b == null);
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
