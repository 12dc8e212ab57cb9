/**
 * The format of a delta in R2: lines of UTF-8, since the JSON text of a row contains no line break. The first line is
 * `{"format":1,"tables":["<name>",…]}`. Then, for each table in the order of the origin, come `@<index>` and a line
 * `<row id>,<cell>,…` for each inserted row. At the end comes a line `-<index>:<row id>,…` for each table with deleted
 * rows.
 */

import type { Delta, TableDelta } from './fold.ts';
import { idAt, idsIn, lineEnd, NO_IDS } from './row-lines.ts';

const AT = 0x40;
const MINUS = 0x2d;
const COLON = 0x3a;

/** A delta of another format is not used: it counts as a gap in the chain. */
const DELTA_FORMAT = 1;

/** The first line of a delta of these tables. */
export function deltaHead(names: readonly string[]): string {
  return JSON.stringify({ format: DELTA_FORMAT, tables: names });
}

/** A delta with the names of its tables. */
export interface StoredDelta {
  names: readonly string[];
  delta: Delta;
}

/** Reads a delta without copying its rows out of `bytes`; null if it has another format. */
export function decodeDelta(bytes: Uint8Array): StoredDelta | null {
  const headEnd = lineEnd(bytes, 0);
  const head = new TextDecoder().decode(bytes.subarray(0, headEnd));
  // In a future format even this line may not be JSON.
  if (!head.startsWith(`{"format":${DELTA_FORMAT},`)) return null;
  const { tables: names } = JSON.parse(head) as { tables: string[] };
  const delta = names.map(() => ({ inserts: [] as Uint8Array[], cancelled: NO_IDS, deletes: NO_IDS }));
  let at = headEnd + 1;
  while (at < bytes.byteLength) {
    const end = lineEnd(bytes, at);
    const table = delta[idAt(bytes, at + 1)];
    if (bytes[at] === AT) {
      at = rowsEnd(bytes, end + 1);
      if (at > end + 1) table?.inserts.push(bytes.subarray(end + 1, at - 1));
    } else {
      if (bytes[at] === MINUS) deleteFrom(table, bytes.subarray(at, end));
      at = end + 1;
    }
  }
  return { names, delta };
}

/** Where the first line begins, from here on, that is not a row; past the end if all are rows. */
function rowsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.byteLength && bytes[at] !== AT && bytes[at] !== MINUS) at = lineEnd(bytes, at) + 1;
  return at;
}

function deleteFrom(table: TableDelta | undefined, line: Uint8Array): void {
  if (table !== undefined) table.deletes = idsIn(line.subarray(line.indexOf(COLON) + 1));
}
