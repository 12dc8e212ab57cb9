/**
 * The body of a version read back as rows, with some of them changed (DESIGN "Incremental loads"): a row whose key changed is replaced in
 * its place, one that was removed is left out, all others pass byte for byte, new ones follow. Only what changed is held.
 */

import { columnName } from '../contract/column.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { MakeRowReader, RowReader, RowSink } from '../ports/rows.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ROW = 0x5b;
const ROWS_END = 0x5d;
/** `[` and `{`, `]` and `}` differ from each other in this bit alone. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const ROWS = '"data":[';

/** The body is not whole, or none that TableBody made. */
export class BrokenBody extends Error {}

/** Reads the body of one table. `changes`: by the cells of its key as JSON texts joined by commas, the row's text; null: it was removed. */
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
  /** Columns of the key by their index, the row id counting as the first. */
  readonly #key: readonly number[];
  readonly #met = new Set<string>();
  #state: 'head' | 'rows' | 'end' = 'head';
  /** Before the first row, and behind the last, what was read. */
  #text = '';
  /** The pieces of the row that is not whole yet, and their length: a row may be as large as an answer, so none is looked at twice. */
  #begun: string[] = [];
  #length = 0;
  /** Where the last piece ended: how deep, and whether within a string, behind a backslash. */
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** Where the row's cells end, from its beginning on. */
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
      throw new BrokenBody('the body of a table is no UTF-8');
    }
  }

  #readHead(text: string): void {
    const looked = Math.max(this.#text.length - ROWS.length, 0);
    this.#text += text;
    // Quotes within names are escaped, so this is never part of one.
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

  /** Before a row or behind the last; where to go on. */
  #between(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === ROWS_END) this.#state = 'end';
    else if (code !== COMMA && code !== ROW) throw new BrokenBody('the body of a table has something between its rows');
    return code === ROW ? this.#row(text, at) : at + 1;
  }

  /** A row, or what this piece has of it; where to go on. */
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

  /** Where the string ends that goes on there, or the text does. */
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

  /** @param row without its last bracket */
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

/** How many backslashes stand right before a place, and not before `begin`. */
function escapesBefore(text: string, at: number, begin: number): number {
  let escapes = 0;
  while (at - escapes > begin && text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
  return escapes;
}
