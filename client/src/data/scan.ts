/**
 * Finds the rows of tables and deltas in their text, in one pass that skips strings: the start of each row, its id and
 * its number of cells. Cells are not parsed, so numbers keep their digits.
 */

import { FreshetError } from '../error.ts';

/** Where rows start in a text: for each row its id and the index of its `[`. */
export interface FoundRows {
  ids: number[];
  starts: number[];
  /** Index after the last row's `]`; without rows, index of the first character that is not white space. */
  end: number;
  /** Number of cells of each row, without its id; null: no rows. */
  width: number | null;
}

/** A member of the list in a body: its parsed values, and the rows found in it. */
export interface FoundTable {
  values: Map<string, unknown>;
  rows: FoundRows;
}

/** The text is not in the form that the service writes, or does not fit the held version. */
export function broken(what: string): FreshetError {
  return new FreshetError('integrity', what);
}

/**
 * Reads the members of `[{"name":…,…,"<rows>":[[<row id>,<cell>,…],…]},…]`, in any order and with any white space.
 *
 * @throws FreshetError `integrity`
 */
export function scanTables(text: string, rowsMember: string): FoundTable[] {
  const tables: FoundTable[] = [];
  const end = scanList(text, expect(text, 0, '['), (at) => {
    const values = new Map<string, unknown>();
    let rows: FoundRows | null = null;
    const after = scanList(
      text,
      expect(text, at, '{'),
      (keyAt) => {
        const keyEnd = endOfValue(text, keyAt);
        const key = valueIn(text, keyAt, keyEnd);
        const valueAt = skipSpace(text, expect(text, keyEnd, ':'));
        if (key !== rowsMember) {
          const valueEnd = endOfValue(text, valueAt);
          values.set(String(key), valueIn(text, valueAt, valueEnd));
          return valueEnd;
        }
        rows = scanRows(text, expect(text, valueAt, '['));
        return expect(text, rows.end, ']');
      },
      '}',
    );
    if (rows === null) throw broken(`no ${rowsMember}`);
    tables.push({ values, rows });
    return after;
  });
  if (skipSpace(text, end) !== text.length) throw broken('text behind the tables');
  return tables;
}

/** Reads the rows that start at `at`, separated by commas. @throws FreshetError `integrity` */
export function scanRows(text: string, at: number): FoundRows {
  const found: FoundRows = { ids: [], starts: [], end: skipSpace(text, at), width: null };
  while (text.charCodeAt(found.end) === OPEN) {
    found.starts.push(found.end);
    found.end = scanRow(text, found.end + 1, found);
    const next = skipSpace(text, found.end);
    if (text.charCodeAt(next) !== COMMA) break;
    const row = skipSpace(text, next + 1);
    if (text.charCodeAt(row) !== OPEN) throw broken(`no row at ${row}`);
    found.end = row;
  }
  return found;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Reads one row. @param from index after its `[` @returns index after its `]` */
function scanRow(text: string, from: number, found: FoundRows): number {
  let at = skipSpace(text, from);
  const idAt = at;
  let id = 0;
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at)) id = id * 10 + code - 48;
  if (at === idAt || !Number.isSafeInteger(id)) throw broken(`no row id at ${idAt}`);
  found.ids.push(id);
  at = skipSpace(text, at);
  // Any other character means that the id is not an integer.
  if (text[at] !== ',' && text[at] !== ']') throw broken(`no row id at ${idAt}`);
  let width = 0;
  for (let depth = 1; depth > 0; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === COMMA) width += depth === 1 ? 1 : 0;
    else if (code === OPEN || code === OPEN_BRACE) depth += 1;
    else if (code === CLOSE || code === CLOSE_BRACE) depth -= 1;
    else if (Number.isNaN(code)) throw broken('cut');
  }
  if (text.charCodeAt(at - 1) !== CLOSE) throw broken(`no end of the row at ${idAt}`);
  if (found.width !== null && found.width !== width) throw broken(`a row of ${width} cells at ${idAt}`);
  found.width = width;
  return at;
}

/** Index after the string that starts at `at`. */
export function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  throw broken('cut');
}

/** Reads members of a list or object. `read` returns the index after each. @returns index after the closing bracket */
function scanList(text: string, from: number, read: (at: number) => number, close = ']'): number {
  let at = skipSpace(text, from);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skipSpace(text, read(skipSpace(text, at)));
    if (text[at] === close) return at + 1;
    at = expect(text, at, ',');
  }
}

function endOfValue(text: string, from: number): number {
  let at = from;
  for (let depth = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN || code === OPEN_BRACE) depth += 1;
    else if (depth === 0 && (code === COMMA || code === CLOSE || code === CLOSE_BRACE || code === 58)) break;
    else if (code === CLOSE || code === CLOSE_BRACE) depth -= 1;
  }
  return at;
}

function valueIn(text: string, from: number, to: number): unknown {
  return parsed(text.slice(from, to));
}

/** @throws FreshetError `integrity` for text that is not JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken('no JSON');
  }
}

/** Index after the character, which white space may precede. @throws FreshetError `integrity` */
function expect(text: string, from: number, character: string): number {
  const at = skipSpace(text, from);
  if (text[at] !== character) throw broken(`no ${character} at ${at}`);
  return at + 1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9; ) {
    code = text.charCodeAt(++at);
  }
  return at;
}
