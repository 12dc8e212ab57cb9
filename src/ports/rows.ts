/** Rows on their way from an origin's answer to a body: what the readers of all formats report, and to whom. */

import type { TableDefinition } from '../contract/table-definition.ts';

/** Receives the rows as they are read. Tables come one after the other, each once, in any order, and none is left out. */
export interface RowSink {
  /** The rows of a table begin; `table` is its index in the definition. */
  beginTable(table: number): void;
  /**
   * One row of the current table: its cells as JSON texts joined by commas, without brackets; never empty. `key`: the
   * cells of the table's `key` in the same form; empty without a key. `hidden`: further cells that were asked for, as
   * JSON texts.
   */
  row(text: string, key: string, hidden: readonly string[]): void;
  /**
   * In a load of all rows: a row with this key is marked as deleted. A sink that may have passed on that row decides
   * what this means.
   */
  removed?(key: string): void;
  endTable(): void;
}

/** Reads an answer piece by piece; `write` reports complete rows before it returns. */
export interface RowReader {
  /** @throws LoadFailure `origin-malformed` */
  write(bytes: Uint8Array): void;
  /** The answer has ended. @throws LoadFailure `origin-malformed` if it is incomplete or lacks a table */
  end(): void;
}

/** An answer of the origin with rows, or one page of it. */
export interface TableAnswer {
  /** Ends only if the answer is complete; otherwise throws. */
  body: AsyncIterable<Uint8Array>;
  reader: MakeRowReader;
}

/** A reader of one format. */
export type MakeRowReader = (tables: readonly TableDefinition[], sink: RowSink) => RowReader;
