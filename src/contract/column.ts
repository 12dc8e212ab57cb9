/** Columns of tables in definitions (CONTRACT 4 "Columns"). */

import * as v from 'valibot';
import { about } from './about.ts';

const ColumnName = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** A column with more to say than its name. */
export const ColumnDefinition = v.pipe(
  v.strictObject({
    name: about(ColumnName, "The member of object rows, or the column of CSV. Also the column's name in bodies."),
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

/** A column of a table: its name, or an object with the name and more. */
export const Column = v.union([ColumnName, ColumnDefinition], 'must be a name, or an object with a name');
export type Column = v.InferInput<typeof Column>;

/** What a column is called. */
export function columnName(column: Column): string {
  return typeof column === 'string' ? column : column.name;
}
