/** Bodies of `/rpc/` that are made of tables, and their differences (CONTRACT 3 "Tables and deltas"). */

import * as v from 'valibot';
import { about } from './about.ts';

const rowId = v.pipe(v.number(), v.integer(), v.minValue(1));
/** A row id, then a cell for each column: any JSON value. */
const Row = v.tupleWithRest([rowId], v.unknown());
const name = about(v.string(), 'Name of the table, as in the definition of the resource.');

/** One table as a whole. */
export const Table = v.strictObject({
  name,
  columns: about(v.array(v.string()), 'Names of the cells, in the order of the definition.'),
  data: about(
    v.array(Row),
    "Rows in the origin's order: the row id, then a cell for each column. A row id names a row's content for as long as the cache lives.",
  ),
});

/** The body of a resource with tables. */
export const Tables = v.array(Table);

/** What came and went in one table. */
export const TableDelta = v.strictObject({
  name,
  insert_rows: about(
    v.array(Row),
    'Rows that came, as in `data` of the table. A changed row is one that went and one that came.',
  ),
  delete_ids: about(v.array(rowId), 'Ids of the rows that went.'),
});

/** The difference between two versions: every table is named. Applied to the first it gives the rows of the second exactly. */
export const Delta = v.array(TableDelta);

/** The body of a resource without tables: whatever the origin answered. */
export const OriginBody = v.unknown();
