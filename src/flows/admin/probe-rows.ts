/** The rows of a probe, read as a load would: past what `origin.changes` looks at in them (CONTRACT 4 "Changes of origins"). */

import type { Resource } from '../../contract/resource.ts';
import { FullRows } from '../../origin/changes/full-rows.ts';
import { markedTable, noCursor } from '../../origin/changes/row-marks.ts';
import { wrappedAnswers } from '../../origin/changes/wrapped-answers.ts';
import type { Findings } from '../../origin/findings.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import type { FirstRows } from '../../tables/first-rows.ts';

/** What answers are read with. */
export interface ProbeRows {
  /** With the cells that are looked at beside those of columns. */
  definition: Resource;
  /** Takes what is to be shown. */
  first: FirstRows;
  /** The same answers, without the rows that are deletions. */
  past(answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>): AsyncIterable<TableAnswer> | Iterable<TableAnswer>;
  /** Once rows have been read: warns where none of them says when it changed. */
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
    past: (answers) => wrappedAnswers(answers, (sink) => new FullRows(sink, marked.marksOf, onMark)),
    check: (findings) => {
      if (cursor !== undefined && first.rows > 0 && !hasMark) findings.warn(noCursor(cursor));
    },
  };
}
