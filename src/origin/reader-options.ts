/** What readers of every format get in addition to tables and sink. */

import type { CsvDialect } from '../contract/table-definition.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { Findings } from './findings.ts';
import type { PlaceTree } from './place-tree.ts';

export interface ReaderOptions {
  /** Collects what makes a row look wrong. */
  findings: Findings;
  /** For each table, collects the columns that its rows have. */
  columns?: readonly ColumnWatch[];
  /** Receives what lies outside of rows; formats of lines have nothing there. */
  watch?: AnswerWatch;
  /** How CSV is written. */
  csv?: CsvDialect | undefined;
  /** Places of XML whose values are reported; for JSON the watch has them. */
  places?: PlaceTree;
  /** Makes a text of the origin safe for administrators. */
  words?: ((text: string) => string) | undefined;
}
