/** Tables in definitions (CONTRACT 4 "Tables"): where their rows are, which columns they have, and the dialect of CSV. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Column, ColumnName, columnName } from './column.ts';

/** One table of a resource: where its rows are, and which columns they have. */
export const TableDefinition = v.strictObject({
  name: about(v.pipe(v.string(), v.minLength(1), v.maxLength(128)), 'Name of the table in bodies and deltas.'),
  rows: about(
    v.optional(
      v.pipe(v.string(), v.regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer (RFC 6901), such as /value')),
    ),
    "JSON pointer (RFC 6901) to an array of rows in the origin's answer, the empty text if the answer itself is the array. For XML: the path of local names to the elements that are rows, such as `/Envelope/Body/Item`. Required for the formats `json` and `xml`, not allowed for others.",
  ),
  sql: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(16_384))),
    'The query of the table, if `origin.source` is a database: one statement that begins with SELECT, WITH, VALUES or TABLE. `{name}` is a parameter, and `{_user}` the user name with scope `user`. Both are bound as values and never become part of the SQL text. Not allowed for other origins.',
  ),
  single: about(
    v.optional(v.boolean(), false),
    'Whether an object at `rows` counts as one row, as in JSON that was converted from XML. Only with format `json`.',
  ),
  columns: about(
    v.pipe(
      v.array(Column),
      v.minLength(1),
      v.maxLength(1000),
      v.check((columns) => new Set(columns.map(columnName)).size === columns.length, 'must not repeat a column'),
    ),
    'Members of object rows, in this order, each as its name or as an object with the name; a missing member is `null`. For XML: the elements within a row. For array rows, and for CSV without a header line: the names of the cells.',
  ),
  key: about(
    v.optional(v.pipe(v.array(ColumnName), v.minLength(1), v.maxLength(8))),
    'Columns whose cells together identify a row. A key that occurs twice in one answer fails the load; a key that occurs again on a later page shows that rows moved. Left out: no columns identify a row.',
  ),
  missing: about(
    v.optional(v.picklist(['fail', 'empty']), 'fail'),
    'What happens if the member at `rows` is missing, or the answer has no content: `fail`, the load fails; `empty`, the table has no rows.',
  ),
  short_rows: about(
    v.optional(v.picklist(['fail', 'null']), 'fail'),
    'What happens if an array row or a CSV row lacks cells at its end: `fail`, the load fails; `null`, the cells are `null`.',
  ),
});
/** One table; without defaults if an earlier release stored it. */
export type TableDefinition = v.InferInput<typeof TableDefinition>;

/** How CSV differs from RFC 4180. */
export const CsvDialect = v.pipe(
  v.strictObject({
    delimiter: about(
      v.optional(
        v.pipe(
          v.string(),
          v.regex(/^[\t\x20\x21\x23-\x7e]$/, 'must be a tab, or one printable ASCII character but the double quote'),
        ),
        ',',
      ),
      'The separator of cells: one ASCII character, or a tab. A first line such as `sep=;` overrides it for its answer.',
    ),
    quote: about(
      v.optional(
        v.pipe(
          v.string(),
          v.regex(/^[\x20-\x2b\x2d-\x7e]?$/, 'must be empty, or one printable ASCII character but the comma'),
        ),
        '"',
      ),
      'The character around cells that contain a delimiter or a line end; within such a cell it is doubled. The empty text: cells are not quoted.',
    ),
    header: about(
      v.optional(v.boolean(), true),
      'Whether the first line names the columns. If not, columns are found by position: in order, or by `at`, such as `/3`.',
    ),
  }),
  v.check(({ delimiter, quote }) => delimiter !== quote, 'must not have one character for both'),
);
/** A dialect; defaults are absent if they were not given. */
export type CsvDialect = v.InferInput<typeof CsvDialect>;
