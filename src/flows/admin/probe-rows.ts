/**
 * Reads the rows of a probe as a load would, including the cells that `origin.changes` needs
 * (CONTRACT 4 "Changes of origins").
 */

import type { Resource } from '../../contract/resource.ts';
import { withoutDeletions } from '../../origin/changes/full-rows.ts';
import { markedTable, noCursor } from '../../origin/changes/row-marks.ts';
import type { Findings } from '../../origin/findings.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import type { FirstRows } from '../../tables/first-rows.ts';

/** How to read answers. */
export interface ProbeRows {
  /** Including the cells that are needed in addition to those of columns. */
  definition: Resource;
  /** Receives the rows to show. */
  first: FirstRows;
  /** Same answers, without the rows that are deletions. */
  past(answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>): AsyncIterable<TableAnswer> | Iterable<TableAnswer>;
  /** Warns, once rows were read, if no row says when it changed. */
  check(findings: Findings): void;
}

export function probeRows(definition: Resource, first: FirstRows): ProbeRows {
  const { changes } = definition.origin;
  const [table] = definition.tables ?? [];
  if (table === undefined || changes === undefined) {
    return { definition, first, past: (answers) => answers, check: () => undefined };
  }
  const marked = markedTable(table, changes);
  const { cursor } = changes;
  let hasMark = false;
  const onMark = () => {
    hasMark = true;
  };
  return {
    definition: { ...definition, tables: [marked.table] },
    first,
    past: (answers) => withoutDeletions(answers, marked, onMark),
    check: (findings) => {
      if (cursor !== undefined && first.rows > 0 && !hasMark) findings.warn(noCursor(cursor));
    },
  };
}
