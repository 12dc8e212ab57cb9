/**
 * The body of a version read back as rows, with some of them changed (DESIGN "Incremental loads"): a row whose key changed is replaced in
 * its place, one that was removed is left out, all others pass byte for byte, new ones follow. Only what changed is held.
 */

import { columnName } from '../contract/column.ts';
import type { MakeRowReader, RowReader, RowSink } from '../contract/rows.ts';
import type { TableDefinition } from '../contract/table-definition.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
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
  /** What was not read yet. */
  #text = '';
  /** Of the row that is not whole yet: how much was looked at, how deep that was, and where its cells end. */
  #looked = 0;
  #depth = 0;
  #commas: number[] = [];
  #state: 'head' | 'rows' | 'end' = 'head';

  constructor({ columns, key = [] }: TableDefinition, changes: ReadonlyMap<string, string | null>, sink: RowSink) {
    const names = columns.map(columnName);
    this.#key = key.map((name) => names.indexOf(name) + 1);
    this.#changes = changes;
    this.#sink = sink;
  }

  /** @throws BrokenBody */
  write(bytes: Uint8Array): void {
    this.#text += this.#decode(bytes);
    let at = 0;
    if (this.#state === 'head') {
      // Quotes within names are escaped, so this is never part of one.
      at = this.#text.indexOf(ROWS);
      if (at === -1) return;
      at += ROWS.length;
      this.#state = 'rows';
      this.#sink.beginTable(0);
    }
    if (this.#state === 'rows') at = this.#readRows(at);
    this.#text = this.#text.slice(at);
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

  /** Reads the rows that are whole from there on; where the first stands that is not. */
  #readRows(from: number): number {
    let at = from;
    while (at < this.#text.length) {
      if (this.#text[at] === ']') {
        this.#state = 'end';
        return at + 1;
      }
      const begin = this.#text[at] === ',' ? at + 1 : at;
      if (begin === this.#text.length) return at;
      if (this.#text[begin] !== '[') throw new BrokenBody('the body of a table has something between its rows');
      const end = this.#row(begin);
      if (end === -1) {
        // The comma before it has been read.
        return begin;
      }
      at = end;
    }
    return at;
  }

  /** Reads the row that begins there; where it ends, -1: not yet. What was looked at of it is not looked at again. */
  #row(begin: number): number {
    const text = this.#text;
    for (let at = begin + this.#looked; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const end = endOfString(text, at);
        if (end === -1) {
          this.#looked = at - begin;
          return -1;
        }
        at = end;
      } else if (code === COMMA) {
        if (this.#depth === 1) this.#commas.push(at - begin);
      } else if ((code | BRACE_BIT) === OPEN) {
        this.#depth += 1;
      } else if ((code | BRACE_BIT) === CLOSE) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#take(text.slice(begin, at));
          this.#looked = 0;
          this.#commas = [];
          return at + 1;
        }
      }
    }
    this.#looked = text.length - begin;
    return -1;
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

/** Where the string ends that begins there; -1: not in this text. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}
