/**
 * Converts PostgreSQL's text form of values to cells, by type. The driver's parsers are not used: its dates and floats
 * shift days and lose digits (brianc/node-postgres#818, node-pg-types#50).
 */

import { Buffer } from 'node:buffer';
import type { CellWriter } from '../cells/cell-writer.ts';

/** How values of a type are read; all other types are read as texts. */
type Kind = 'number' | 'boolean' | 'json' | 'date' | 'time' | 'bytes';

/** By type number, which never changes (PostgreSQL's src/include/catalog/pg_type.dat). */
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [20, 'number'],
  [21, 'number'],
  [23, 'number'],
  [26, 'number'],
  [700, 'number'],
  [701, 'number'],
  [1700, 'number'],
  [16, 'boolean'],
  [114, 'json'],
  [3802, 'json'],
  [1082, 'date'],
  [1114, 'time'],
  [1184, 'time'],
  [17, 'bytes'],
]);

/** Writes a value into the cells of columns. `type`: the number of its type. @throws LoadFailure `origin-malformed` */
export function writeValue(cells: CellWriter, columns: readonly number[], value: string | null, type: number): void {
  if (value === null) {
    cells.empty(columns, true);
    return;
  }
  switch (KINDS.get(type)) {
    case 'number':
      // JSON has no NaN and no infinities.
      if (/^-?\d/.test(value)) cells.literal(columns, value);
      else cells.empty(columns, true);
      return;
    case 'boolean':
      cells.literal(columns, value === 't' ? 'true' : 'false');
      return;
    case 'json':
      writeJson(cells, columns, value);
      return;
    case 'date':
    case 'time':
      if (/infinity$/.test(value)) cells.empty(columns, true);
      else cells.text(columns, isoTime(value));
      return;
    case 'bytes':
      cells.text(columns, base64(value));
      return;
    default:
      cells.text(columns, value);
  }
}

/** `2026-11-28 09:00:00.5+00` as RFC 3339; dates without a time and years BC stay unchanged. */
function isoTime(value: string): string {
  const found = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(value);
  return found === null ? value : `${found[1]}T${found[2]}${found[3] === undefined ? '' : 'Z'}`;
}

function writeJson(cells: CellWriter, columns: readonly number[], value: string): void {
  const json = withoutSpace(value);
  if (json.startsWith('"')) cells.text(columns, JSON.parse(json));
  else if (/^[[{]/.test(json)) cells.nested(columns, json);
  else cells.literal(columns, json);
}

/** The type `json` keeps the original white space, whose line ends would break the format of rows. */
function withoutSpace(json: string): string {
  let bare = '';
  let at = 0;
  // Searches string by string: a string may have many megabytes, too many for one regular expression.
  for (let begin = json.indexOf('"'); begin !== -1; begin = json.indexOf('"', at)) {
    const end = endOfString(json, begin);
    bare += json.slice(at, begin).replaceAll(/\s+/g, '') + json.slice(begin, end);
    at = end;
  }
  return bare + json.slice(at).replaceAll(/\s+/g, '');
}

/** Index after the quote that ends the string. */
function endOfString(json: string, begin: number): number {
  for (let at = json.indexOf('"', begin + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}

/** Reads `\x0aff`, the form of `bytea_output = hex`. */
function base64(hex: string): string {
  return Buffer.from(hex.slice(2), 'hex').toString('base64');
}
