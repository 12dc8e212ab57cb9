/** Bodies of `/rpc/` that are made of tables, and their deltas (CONTRACT 3 "Tables and deltas"). */

import * as v from 'valibot';
import { about } from './about.ts';

const rowId = v.pipe(v.number(), v.integer(), v.minValue(1));
/** A row id, then a cell for each column: any JSON value. */
const Row = v.tupleWithRest([rowId], v.unknown());
const name = about(v.string(), 'Name of the table, as in the definition of the resource.');

/** One whole table. */
export const Table = v.strictObject({
  name,
  columns: about(v.array(v.string()), 'Names of the cells, in the order of the definition.'),
  data: about(
    v.array(Row),
    "Rows in the origin's order: the row id, then a cell for each column. A row id stands for the same content as long as the cache exists.",
  ),
});

/** The body of a resource with tables. */
export const Tables = v.array(Table);

/** Rows that were added to and deleted from one table. */
export const TableDelta = v.strictObject({
  name,
  insert_rows: about(
    v.array(Row),
    'Added rows, in the form of `data` of the table. A changed row is deleted under its old id and added under a new one.',
  ),
  delete_ids: about(v.array(rowId), 'Ids of the deleted rows.'),
});

/**
 * The delta between two versions; it names every table. Applied to the first version, it gives exactly the rows of the
 * second.
 */
export const Delta = v.array(TableDelta);

/** The body of a resource without tables: the unchanged answer of the origin. */
export const OriginBody = v.unknown();
