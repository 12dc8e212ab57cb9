/** Parses the rows of a segment, once for each way of showing them. */

import type { RowsKind, Segment } from './content.ts';
import { quoteLongNumbers } from './digits.ts';
import { parsed } from './scan.ts';

/**
 * The rows of a segment, including deleted ones.
 *
 * @throws FreshetError `integrity` if the text from the store is not JSON
 */
export function rowsOf(segment: Segment, kind: RowsKind, columns: readonly string[]): readonly unknown[] {
  const known = segment.parsed[kind];
  if (known !== undefined) return known;
  const rows = withReused(segment.reused[kind], () => shownAs(kind, segment.text, columns));
  segment.parsed[kind] = rows;
  delete segment.reused[kind];
  return rows;
}

/** Rows that were shown before stay the same objects. */
function withReused(reused: unknown[] | undefined, parse: () => unknown[]): unknown[] {
  if (reused === undefined) return parse();
  return reused.includes(undefined) ? parse().map((row, at) => reused[at] ?? row) : reused;
}

function shownAs(kind: RowsKind, text: string, columns: readonly string[]): unknown[] {
  const json = `[${text}]`;
  const rows = parsed(kind.endsWith('text') ? quoteLongNumbers(json) : json) as unknown[][];
  return kind.startsWith('array') ? rows.map((row) => row.slice(1)) : objectsOf(rows, columns);
}

function objectsOf(rows: readonly unknown[][], columns: readonly string[]): object[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] as string;
      // An assignment would set the prototype of the object.
      if (column === '__proto__') Object.defineProperty(object, column, { ...OWN, value: row[at + 1] });
      else object[column] = row[at + 1];
    }
    return object;
  });
}

const OWN = { enumerable: true, configurable: true, writable: true };
