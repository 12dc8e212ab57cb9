/** Tables without rows: what an origin means by `null`, and by nothing where the definition says so (`missing`). */

import type { TableDefinition } from '../contract/table-definition.ts';
import type { MakeRowReader, RowSink } from '../ports/rows.ts';

/** Tells of a table that has no rows. */
export function tellEmpty(table: number, sink: RowSink): void {
  sink.beginTable(table);
  sink.endTable();
}

/** Whether an answer without content is one without rows. */
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
