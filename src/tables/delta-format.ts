/**
 * A delta as it lies in R2: lines of UTF-8, since no JSON text of a row has a line break in it. The first is
 * `{"format":1,"tables":["<name>",…]}`; then come, for each table as the origin brought it, `@<index>` and a line
 * `<row id>,<cell>,…` for each row that came; at the end a line `-<index>:<row id>,…` for each table that rows went from.
 */

import type { Delta } from './fold.ts';

/** Code of `0`; that of the comma between ids is lower. */
const ZERO = 0x30;

/** A delta of another format counts as a gap of the chain. */
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

/** Reads a delta; null if it is of another format. */
export function decodeDelta(bytes: Uint8Array): StoredDelta | null {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const head = lines[0] ?? '';
  // Of a format to come not even this line need be JSON.
  if (!head.startsWith(`{"format":${DELTA_FORMAT},`)) return null;
  const { tables: names } = JSON.parse(head) as { tables: string[] };
  const delta = names.map(() => ({ inserts: [] as string[], deletes: [] as number[] }));
  let inserts: string[] | undefined;
  for (let at = 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('@')) {
      inserts = delta[Number(line.slice(1))]?.inserts;
    } else if (line.startsWith('-')) {
      const colon = line.indexOf(':');
      const table = delta[Number(line.slice(1, colon))];
      if (table !== undefined) table.deletes = idsIn(line, colon + 1);
    } else if (line !== '') {
      inserts?.push(line);
    }
  }
  return { names, delta };
}

/** The numbers of a list that begins there. There may be a million: no text is made of each. */
function idsIn(line: string, from: number): number[] {
  const ids: number[] = [];
  let id = 0;
  for (let at = from; at < line.length; at += 1) {
    const digit = line.charCodeAt(at) - ZERO;
    if (digit >= 0) {
      id = id * 10 + digit;
    } else {
      ids.push(id);
      id = 0;
    }
  }
  ids.push(id);
  return ids;
}
