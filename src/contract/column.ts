/** Columns of tables in definitions (CONTRACT 4 "Columns" and "Cells"). */

import * as v from 'valibot';
import { about } from './about.ts';

/** Name of a column in bodies. */
export const ColumnName = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** Types of cells, whatever the format of the origin. */
export const CELL_TYPES = ['text', 'number', 'boolean', 'date', 'time', 'json'] as const;
export type CellType = (typeof CELL_TYPES)[number];

/** A column that is defined by more than its name. */
export const ColumnDefinition = v.pipe(
  v.strictObject({
    name: about(
      ColumnName,
      "The column's name in bodies. Without `at`, also the name of the member in object rows, or of the CSV column.",
    ),
    at: about(
      v.optional(
        v.pipe(
          v.string(),
          v.maxLength(1024),
          v.regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901) within the row'),
        ),
      ),
      'Where the cell is within the row: a JSON pointer (RFC 6901) that passes only through objects. In CSV and array rows: `/` and the name or the position of the column, from 0. In XML: a path of local names such as `/Price/Amount`, `/@id` for an attribute, `/` for the text of the row itself. Left out: the member with the name of the column.',
    ),
    as: about(
      v.optional(v.picklist(CELL_TYPES)),
      'The type of the cells: `text`, `number` (every digit is kept), `boolean`, `date` (`2026-11-28`), `time` (RFC 3339 in UTC), or `json`. From XML, `json` makes arrays of texts, also of repeated elements. A cell that cannot be converted fails the load. Left out: cells stay as they are.',
    ),
    zone: about(
      v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      'Time zone (IANA) of times without an offset, with `"as": "time"`.',
    ),
    decimal: about(
      v.optional(v.pipe(v.string(), v.regex(/^[.,]$/, 'must be "." or ","'))),
      'The decimal separator in texts, with `"as": "number"`. Left out: a point.',
    ),
    group: about(
      v.optional(v.pipe(v.string(), v.regex(/^[.,' _\u00A0\u2019\u202F]$/, "must be one of . , ' _ or a space"))),
      'The separator between groups of digits in texts, with `"as": "number"`. A space also stands for a no-break space (U+00A0, U+202F). Left out: none.',
    ),
    pattern: about(
      v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      'The format of texts with a `date` or `time`: `unix`, `unix_ms`, or letters as in `dd.MM.yyyy HH:mm:ss` (yyyy, MM or M, dd or d, HH or H, hh or h with a, mm, ss, SSS; other text between quotes). Left out: RFC 3339, or `/Date(…)/`.',
    ),
    null: about(
      v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.minLength(1), v.maxLength(16))),
      'Texts that are read as `null`, such as `""`.',
    ),
    required: about(
      v.optional(v.boolean(), false),
      'Whether a load fails if it has rows and none of them has this column. Not together with `optional`.',
    ),
    optional: about(
      v.optional(v.boolean(), false),
      'Whether this column may disappear from all rows. If not, a load of 20 rows or more fails when no row has a column that had values in a version of 20 rows or more.',
    ),
  }),
  v.check(({ required, optional }) => !(required && optional), 'must not be both required and optional'),
);
export type ColumnDefinition = v.InferInput<typeof ColumnDefinition>;

/** A column of a table: its name, or an object with the name and further members. */
export const Column = v.union([ColumnName, ColumnDefinition], 'must be a name, or an object with a name');
export type Column = v.InferInput<typeof Column>;

/** The name of a column. */
export function columnName(column: Column): string {
  return typeof column === 'string' ? column : column.name;
}

/** A column in the form of an object. */
export function columnDefinition(column: Column): ColumnDefinition {
  return typeof column === 'string' ? { name: column } : column;
}
