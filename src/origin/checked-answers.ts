/** Checks the answers of one load together: keys while rows pass, columns after all answers have been read. */

import type { TableDefinition } from '../contract/table-definition.ts';
import type { ColumnFacts } from '../ports/entry.ts';
import type { TableAnswer } from '../ports/rows.ts';
import { checkAllColumns } from './check-columns.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { Findings } from './findings.ts';
import { type Drift, KeyedRows } from './pages/keyed-rows.ts';

/** What the answers are checked with. */
export interface AnswerChecks {
  tables: readonly TableDefinition[];
  /** The columns of each table, as seen so far. */
  columns: readonly ColumnWatch[];
  /** The columns of the previous version; undefined: there is nothing to compare with. */
  before?: readonly ColumnFacts[] | undefined;
  drift?: Drift | undefined;
  findings: Findings;
  /**
   * Whether reading ended before the answers did: then a column that no row had proves nothing. Left out: it did not.
   */
  isCut?: () => boolean;
}

/** The same answers. While they are read: @throws LoadFailure `origin-pages` and `origin-malformed` */
export async function* checkedAnswers(
  answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>,
  { tables, columns, before, drift = 'fail', findings, isCut }: AnswerChecks,
): AsyncGenerator<TableAnswer, void> {
  const hasKey = tables.some(({ key }) => key !== undefined);
  let keyed = null as KeyedRows | null;
  for await (const answer of answers) {
    keyed?.beginPage();
    yield !hasKey
      ? answer
      : {
          body: answer.body,
          reader: (read, sink) => {
            keyed ??= new KeyedRows(tables, sink, drift, findings);
            return answer.reader(read, keyed);
          },
        };
  }
  if (isCut?.() !== true) checkAllColumns(columns, before, findings);
}
