/** What readers of every format are given besides tables and sink. */

import type { CsvDialect } from '../contract/table-definition.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { Findings } from './findings.ts';
import type { PlaceTree } from './place-tree.ts';

export interface ReaderOptions {
  /** Takes what makes a row look wrong. */
  findings: Findings;
  /** For each table, what is told of the columns that its rows have. */
  columns?: readonly ColumnWatch[];
  /** Is told of what lies outside of rows; formats of lines have no such place. */
  watch?: AnswerWatch;
  /** How CSV is written. */
  csv?: CsvDialect | undefined;
  /** Whose values are told of XML; of JSON the watch knows them. */
  places?: PlaceTree;
  /** What of a text of the origin may be told to administrators. */
  words?: ((text: string) => string) | undefined;
}
