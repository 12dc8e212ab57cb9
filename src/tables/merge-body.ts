/**
 * Reads the body of a version back as rows and changes some of them (DESIGN "Incremental loads"): a row with a changed
 * key is replaced in its place, a removed row is left out, all others stay byte for byte, and new rows follow at the
 * end. Holds only the changes.
 */

import { columnName } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { MakeRowReader, RowReader, RowSink } from '../ports/rows.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ROW = 0x5b;
const ROWS_END = 0x5d;
/** The only bit in which `[` and `{`, and `]` and `}`, differ. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const ROWS = '"data":[';

/** The body is incomplete, or was not made by TableBody. */
export class BrokenBody extends Error {}

/**
 * Reads the body of one table. `changes`: the row's text by the JSON texts of its key's cells, joined by commas; null:
 * the row was removed.
 */
export function mergeBody(changes: ReadonlyMap<string, string | null>): MakeRowReader {
  return ([table], sink) => {
    if (table === undefined) throw new RangeError('a merge without a table');
    return new BodyRows(table, changes, sink);
  };
}

class BodyRows implements RowReader {
  readonly #changes: ReadonlyMap<string, string | null>;
  readonly #sink: RowSink;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Indexes of the key's columns; the row id counts as the first column. */
  readonly #key: readonly number[];
  readonly #met = new Set<string>();
  #state: 'head' | 'rows' | 'end' = 'head';
  /** The text before the first row, and after the last. */
  #text = '';
  /** The pieces of the incomplete row, and their length: a row may be as large as an answer, so no piece is scanned twice. */
  #begun: string[] = [];
  #length = 0;
  /** The state at the end of the last piece: nesting depth, inside a string or not, after a backslash or not. */
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** The ends of the row's cells, relative to its beginning. */
  #commas: number[] = [];

  constructor({ columns, key = [] }: TableDefinition, changes: ReadonlyMap<string, string | null>, sink: RowSink) {
    const names = columns.map(columnName);
    this.#key = key.map((name) => names.indexOf(name) + 1);
    this.#changes = changes;
    this.#sink = sink;
  }

  /** @throws BrokenBody */
  write(bytes: Uint8Array): void {
    const text = this.#decode(bytes);
    if (this.#state === 'head') this.#readHead(text);
    else this.#read(text);
  }

  /** @throws BrokenBody */
  end(): void {
    this.#decode();
    if (this.#state !== 'end' || this.#text !== '}]') throw new BrokenBody('the body of a table breaks off');
    for (const [key, text] of this.#changes) if (text !== null && !this.#met.has(key)) this.#sink.row(text, key, []);
    this.#sink.endTable();
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch {
      throw new BrokenBody('the body of a table is not UTF-8');
    }
  }

  #readHead(text: string): void {
    const looked = Math.max(this.#text.length - ROWS.length, 0);
    this.#text += text;
    // Quotes within names are escaped, so this text is never part of a name.
    const at = this.#text.indexOf(ROWS, looked);
    if (at === -1) return;
    const rows = this.#text.slice(at + ROWS.length);
    this.#text = '';
    this.#state = 'rows';
    this.#sink.beginTable(0);
    this.#read(rows);
  }

  #read(text: string): void {
    let at = 0;
    while (at < text.length && this.#state === 'rows')
      at = this.#depth === 0 ? this.#between(text, at) : this.#row(text, at);
    if (this.#state === 'end') this.#text += text.slice(at);
  }

  /** Reads the text before a row or after the last; returns where to continue. */
  #between(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === ROWS_END) this.#state = 'end';
    else if (code !== COMMA && code !== ROW) throw new BrokenBody('the body of a table has something between its rows');
    return code === ROW ? this.#row(text, at) : at + 1;
  }

  /** Reads a row, or the part of it in this piece; returns where to continue. */
  #row(text: string, begin: number): number {
    for (let at = this.#inString ? this.#endOfString(text, begin) + 1 : begin; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        at = this.#endOfString(text, at + 1);
      } else if (code === COMMA) {
        if (this.#depth === 1) this.#commas.push(this.#length + at - begin);
      } else if ((code | BRACE_BIT) === OPEN) {
        this.#depth += 1;
      } else if ((code | BRACE_BIT) === CLOSE) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        this.#take(this.#begun.join('') + text.slice(begin, at));
        this.#begun = [];
        this.#length = 0;
        this.#commas = [];
        return at + 1;
      }
    }
    this.#begun.push(text.slice(begin));
    this.#length += text.length - begin;
    return text.length;
  }

  /** Where the string that continues here ends, or the end of the text. */
  #endOfString(text: string, from: number): number {
    const begin = this.#isEscaped ? from + 1 : from;
    this.#isEscaped = false;
    for (let at = text.indexOf('"', begin); at !== -1; at = text.indexOf('"', at + 1)) {
      if (escapesBefore(text, at, begin) % 2 === 1) continue;
      this.#inString = false;
      return at;
    }
    this.#inString = true;
    this.#isEscaped = escapesBefore(text, text.length, begin) % 2 === 1;
    return text.length;
  }

  /** @param row the row without its closing bracket */
  #take(row: string): void {
    const [first] = this.#commas;
    if (first === undefined) throw new BrokenBody('a row of a table has no cell');
    const cell = (index: number) => row.slice((this.#commas[index - 1] ?? 0) + 1, this.#commas[index]);
    const key = this.#key.map(cell).join(',');
    const changed = this.#changes.get(key);
    if (changed === undefined) {
      this.#sink.row(row.slice(first + 1), key, []);
      return;
    }
    this.#met.add(key);
    if (changed !== null) this.#sink.row(changed, key, []);
  }
}

/** Number of backslashes directly before a place, not counting any before `begin`. */
function escapesBefore(text: string, at: number, begin: number): number {
  let escapes = 0;
  while (at - escapes > begin && text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
  return escapes;
}
