/**
 * The body of a version with tables: `[{"name","columns","data":[[<row id>,<cell>,…],…]},…]` in the definition's order
 * (CONTRACT 3). If an answer brings a table before its turn, the table is held until the earlier ones have arrived, up
 * to MAX_EARLY_BYTES. So an origin must send large tables in the definition's order.
 */

import { columnName } from '../contract/column.ts';
import { MAX_EARLY_BYTES, MAX_TABLES_BYTES } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/table-definition.ts';

const FLUSH_LENGTH = 32_768;

/** Writes tables as they arrive, each once. */
export class TableBody {
  readonly #tables: readonly TableDefinition[];
  readonly #write: (bytes: Uint8Array) => void;
  readonly #encoder = new TextEncoder();
  /** Tables that arrived before their turn. */
  readonly #keptBack = new Map<number, Uint8Array[]>();
  #bytes = 0;
  #keptBackBytes = 0;
  /** The open table, and the one whose turn it is. */
  #open = 0;
  #turn = 0;
  #first = true;
  #text = '';

  constructor(tables: readonly TableDefinition[], write: (bytes: Uint8Array) => void) {
    this.#tables = tables;
    this.#write = write;
  }

  begin(table: number): void {
    const { name, columns } = this.#tables[table] ?? {};
    const names = columns?.map(columnName);
    this.#open = table;
    this.#first = true;
    this.#text = `${table === 0 ? '[' : ','}{"name":${JSON.stringify(name)},"columns":${JSON.stringify(names)},"data":[`;
  }

  /** Writes a row of the open table; `text` as in RowSink. */
  row(id: number, text: string): void {
    this.#text += this.#first ? `[${id},${text}]` : `,[${id},${text}]`;
    this.#first = false;
    if (this.#text.length >= FLUSH_LENGTH) this.#flush();
  }

  end(): void {
    this.#text += this.#open === this.#tables.length - 1 ? ']}]' : ']}';
    this.#flush();
    if (this.#open !== this.#turn) return;
    for (this.#turn += 1; this.#keptBack.has(this.#turn); this.#turn += 1) {
      for (const piece of this.#keptBack.get(this.#turn) ?? []) this.#write(piece);
      this.#keptBack.delete(this.#turn);
    }
  }

  #flush(): void {
    const piece = this.#encoder.encode(this.#text);
    this.#text = '';
    this.#bytes += piece.byteLength;
    if (this.#bytes > MAX_TABLES_BYTES)
      throw tooLarge(`The tables come to more than ${MAX_TABLES_BYTES} bytes: ask for less by parameters.`);
    if (this.#open === this.#turn) {
      this.#write(piece);
      return;
    }
    this.#keptBackBytes += piece.byteLength;
    if (this.#keptBackBytes > MAX_EARLY_BYTES) {
      throw tooLarge(
        `More than ${MAX_EARLY_BYTES} bytes of tables came before their turn: name the tables in the order in which the origin sends them.`,
      );
    }
    const pieces = this.#keptBack.get(this.#open) ?? [];
    pieces.push(piece);
    this.#keptBack.set(this.#open, pieces);
  }
}

function tooLarge(detail: string): LoadFailure {
  return new LoadFailure('origin-too-large', detail);
}
