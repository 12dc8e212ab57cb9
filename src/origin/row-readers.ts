/** The readers for the tables of an answer, by the definition's `format` (CONTRACT 4). */

import type { Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { RowReader, RowSink } from '../ports/rows.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readNdjson } from './read-ndjson.ts';
import type { ReaderOptions } from './reader-options.ts';
import { readXml } from './xml/read-xml.ts';

type Reader = (tables: readonly TableDefinition[], sink: RowSink, options: ReaderOptions) => RowReader;

export const ROW_READERS: Readonly<Record<Resource['format'], Reader>> = {
  json: readJson,
  ndjson: readNdjson,
  csv: readCsv,
  xml: readXml,
};
