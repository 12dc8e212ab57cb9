/** Tables in definitions (CONTRACT 4 "Tables"): where their rows lie, which columns they have, and how CSV is written. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Column, ColumnName, columnName } from './column.ts';

/** One table of a resource: where its rows lie and which members they have. */
export const TableDefinition = v.strictObject({
  name: about(v.pipe(v.string(), v.minLength(1), v.maxLength(128)), 'Names the table in bodies and deltas.'),
  rows: about(
    v.optional(v.pipe(v.string(), v.regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer (RFC 6901)'))),
    "JSON pointer (RFC 6901) to an array of rows in the origin's answer, the empty text if the answer itself is the array; of XML the path of local names to the elements that are rows, such as `/Envelope/Body/Item`. Required for the formats `json` and `xml`, not to be given for the others.",
  ),
  sql: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(16_384))),
    'The query of the table, where `origin.source` is a database: one statement that begins with SELECT, WITH, VALUES or TABLE. `{name}` is a parameter, `{_user}` the user name with scope `user`: bound values, and never text. Not to be given for other origins.',
  ),
  single: about(
    v.optional(v.boolean(), false),
    'Whether an object at `rows` is one row, as where JSON was made from XML. Format `json` alone.',
  ),
  columns: about(
    v.pipe(
      v.array(Column),
      v.minLength(1),
      v.maxLength(1000),
      v.check((columns) => new Set(columns.map(columnName)).size === columns.length, 'must not repeat a column'),
    ),
    'Members of object rows, in this order, each as its name or as an object with the name; a missing member is `null`. Of XML the elements within a row. Of array rows, and of CSV without a line of names, the names of the cells.',
  ),
  key: about(
    v.optional(v.pipe(v.array(ColumnName), v.minLength(1), v.maxLength(8))),
    'Columns whose cells together name a row. A key that an answer repeats fails the load; one that comes again on a later page shows that rows moved. Left out: none do.',
  ),
  missing: about(
    v.optional(v.picklist(['fail', 'empty']), 'fail'),
    'What a member that is not there means, or an answer without content: a failed load, or a table without rows.',
  ),
  short_rows: about(
    v.optional(v.picklist(['fail', 'null']), 'fail'),
    'What the cells mean that an array row, or a row of CSV, lacks at its end: a failed load, or `null`.',
  ),
});
/** One table; without defaults where an earlier release stored it. */
export type TableDefinition = v.InferInput<typeof TableDefinition>;

/** How CSV is written, where it is not as RFC 4180 has it. */
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
      'What stands between cells: one ASCII character, or a tab. A first line `sep=;` says it for its answer.',
    ),
    quote: about(
      v.optional(
        v.pipe(
          v.string(),
          v.regex(/^[\x20-\x2b\x2d-\x7e]?$/, 'must be empty, or one printable ASCII character but the comma'),
        ),
        '"',
      ),
      'What stands around cells that hold a delimiter or a line end, and is doubled within; the empty text: nothing does.',
    ),
    header: about(
      v.optional(v.boolean(), true),
      'Whether the first line names the columns. Otherwise they are known by their place: in order, or by `at`, such as `/3`.',
    ),
  }),
  v.check(({ delimiter, quote }) => delimiter !== quote, 'must not have one character for both'),
);
/** A dialect; without defaults where it was not given. */
export type CsvDialect = v.InferInput<typeof CsvDialect>;
