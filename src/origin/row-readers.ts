/** What reads the tables of an answer, by the definition's `format` (CONTRACT 4). */

import type { Resource } from '../contract/resource.ts';
import type { MakeRowReader } from '../contract/rows.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readNdjson } from './read-ndjson.ts';

export const ROW_READERS: Readonly<Record<Resource['format'], MakeRowReader>> = {
  json: readJson,
  ndjson: readNdjson,
  csv: readCsv,
};
