/** Columns of tables in definitions (CONTRACT 4 "Columns" and "Cells"). */

import * as v from 'valibot';
import { about } from './about.ts';

/** What a column is called in bodies. */
export const ColumnName = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** What cells of a column are made of, whatever the origin writes. */
export const CELL_TYPES = ['text', 'number', 'boolean', 'date', 'time', 'json'] as const;
export type CellType = (typeof CELL_TYPES)[number];

/** A column with more to say than its name. */
export const ColumnDefinition = v.pipe(
  v.strictObject({
    name: about(
      ColumnName,
      "The column's name in bodies. Without `at` also the member of object rows, or the column of CSV.",
    ),
    at: about(
      v.optional(
        v.pipe(
          v.string(),
          v.maxLength(1024),
          v.regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901) within the row'),
        ),
      ),
      'Where the cell lies within the row: a JSON pointer (RFC 6901), through objects alone; of CSV and array rows `/` and the name or the place, from 0; of XML a path of local names such as `/Price/Amount`, `/@id` for an attribute, `/` for the text of the row itself. Left out: the member of that name.',
    ),
    as: about(
      v.optional(v.picklist(CELL_TYPES)),
      'What cells become: `text`, `number` (every digit kept), `boolean`, `date` (`2026-11-28`), `time` (RFC 3339 in UTC), or `json`; that one makes arrays of texts of XML, also of repeated elements. A cell that does not fit fails the load. Left out: as they come.',
    ),
    zone: about(
      v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      'Time zone (IANA) of times that do not say their own, with `"as": "time"`.',
    ),
    decimal: about(
      v.optional(v.pipe(v.string(), v.regex(/^[.,]$/, 'must be "." or ","'))),
      'What stands before the fraction in texts, with `"as": "number"`. Left out: a point.',
    ),
    group: about(
      v.optional(v.pipe(v.string(), v.regex(/^[.,' _\u00A0\u2019\u202F]$/, "must be one of . , ' _ or a space"))),
      'What stands between groups of digits in texts, with `"as": "number"`; a space is also a no-break space (U+00A0, U+202F). Left out: nothing.',
    ),
    pattern: about(
      v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      'How texts write a `date` or `time`: `unix`, `unix_ms`, or letters as in `dd.MM.yyyy HH:mm:ss` (yyyy, MM or M, dd or d, HH or H, hh or h with a, mm, ss, SSS; other text between quotes). Left out: RFC 3339, or `/Date(…)/`.',
    ),
    null: about(
      v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.minLength(1), v.maxLength(16))),
      'Texts that mean `null`, such as `""`.',
    ),
    required: about(
      v.optional(v.boolean(), false),
      'Whether a load fails when no row of it has this column, unless it has no rows. Not together with `optional`.',
    ),
    optional: about(
      v.optional(v.boolean(), false),
      'Whether all rows may come to lack this column. Otherwise a load of 20 rows or more fails when none has a column that had values in a version of 20 rows or more.',
    ),
  }),
  v.check(({ required, optional }) => !(required && optional), 'must not be both required and optional'),
);
export type ColumnDefinition = v.InferInput<typeof ColumnDefinition>;

/** A column of a table: its name, or an object with the name and more. */
export const Column = v.union([ColumnName, ColumnDefinition], 'must be a name, or an object with a name');
export type Column = v.InferInput<typeof Column>;

/** What a column is called. */
export function columnName(column: Column): string {
  return typeof column === 'string' ? column : column.name;
}

/** A column with what is said of it. */
export function columnDefinition(column: Column): ColumnDefinition {
  return typeof column === 'string' ? { name: column } : column;
}
