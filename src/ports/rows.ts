/** Rows on their way from an origin's answer to a body: what readers of every format tell, and whom. */

import type { TableDefinition } from '../contract/table-definition.ts';

/** Is told of the rows as they are read. Tables come one after the other, each once, in any order; all of them come. */
export interface RowSink {
  /** The rows of a table begin; `table` is its index in the definition. */
  beginTable(table: number): void;
  /**
   * One row of the table begun: its cells as JSON texts joined by commas, without brackets; never empty. `key`: those of the
   * table's `key` alone; empty without one. `hidden`: cells that were looked at beside, as JSON texts.
   */
  row(text: string, key: string, hidden: readonly string[]): void;
  /** Among all rows, one that is gone by now, with this key: whoever may have told it says what that means. */
  removed?(key: string): void;
  endTable(): void;
}

/** Takes an answer piece by piece; rows are told before `write` returns. */
export interface RowReader {
  /** @throws LoadFailure `origin-malformed` */
  write(bytes: Uint8Array): void;
  /** The answer is over. @throws LoadFailure `origin-malformed` if it is not whole or a table is not there */
  end(): void;
}

/** An answer of the origin with rows, or one page of it. */
export interface TableAnswer {
  /** It ends only when the answer is whole. */
  body: AsyncIterable<Uint8Array>;
  reader: MakeRowReader;
}

/** A reader of one format. */
export type MakeRowReader = (tables: readonly TableDefinition[], sink: RowSink) => RowReader;
