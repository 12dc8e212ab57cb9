/** Tables without rows: the meaning of `null`, and of a missing table where the definition allows it (`missing`). */

import type { TableDefinition } from '../contract/table-definition.ts';
import type { MakeRowReader, RowSink } from '../ports/rows.ts';

/** Reports a table without rows to the sink. */
export function tellEmpty(table: number, sink: RowSink): void {
  sink.beginTable(table);
  sink.endTable();
}

/** Whether an answer without content means a table without rows. */
export function mayBeEmpty(tables: readonly TableDefinition[] | undefined): boolean {
  return tables?.every(({ missing }) => missing === 'empty') ?? false;
}

/** Reads an answer without content. */
export const readNothing: MakeRowReader = (tables, sink) => ({
  write: () => undefined,
  end: () => {
    for (const index of tables.keys()) tellEmpty(index, sink);
  },
});
