/** Search and order of rows: plain functions over what the device holds. */

import type { Column, Named } from './listings.ts';

export interface Order {
  column: string;
  isDown: boolean;
}

/** Rows of which some cell has all words of the search, in this order. Row ids decide between equals, so that rows keep their places. */
export function findRows(rows: Iterable<Named>, columns: readonly Column[], search: string, order: Order): Named[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...rows].filter(({ row }) => {
    const text = columns.map(({ name }) => String(row[name] ?? '').toLowerCase()).join('\n');
    return words.every((word) => text.includes(word));
  });
  const sign = order.isDown ? -1 : 1;
  return found.sort((a, b) => sign * compare(a.row[order.column], b.row[order.column]) || a.id - b.id);
}

/** Numbers by size, texts by language, what is missing last. */
function compare(a: unknown, b: unknown): number {
  if (a == null || b == null) return Number(a == null) - Number(b == null);
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
