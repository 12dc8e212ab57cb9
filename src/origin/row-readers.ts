/** What reads the tables of an answer, by the definition's `format` (CONTRACT 4). */

import type { Resource, TableDefinition } from '../contract/resource.ts';
import type { RowReader, RowSink } from '../contract/rows.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { Findings } from './findings.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readNdjson } from './read-ndjson.ts';

/** What readers are given besides tables and sink. */
export interface ReaderOptions {
  /** Takes what makes a row look wrong. */
  findings: Findings;
  /** Is told of what lies outside of rows; formats of lines have no such place. */
  watch?: AnswerWatch;
}

type Reader = (tables: readonly TableDefinition[], sink: RowSink, options: ReaderOptions) => RowReader;

export const ROW_READERS: Readonly<Record<Resource['format'], Reader>> = {
  json: readJson,
  ndjson: readNdjson,
  csv: readCsv,
};
