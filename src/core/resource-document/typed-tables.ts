/** The tables of one resource in its OpenAPI document: rows as tuples, whole tables, and deltas (CONTRACT 3 "Tables and deltas"). */

import { type CellType, type Column, columnDefinition, columnName } from '../../contract/column.ts';
import type { Resource } from '../../contract/resource.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import { columnNames } from '../catalog.ts';
import { type Node, refTo, type SchemaNames } from './components.ts';

const ROW_ID = {
  type: 'integer',
  minimum: 1,
  description: "Row id: names the row's content within the cache, and is never used again",
};

/**
 * Named schemas: `Tables`, `Delta`, and those of each table.
 *
 * @param names names of existing schemas; this function adds its own
 */
export function typedTables(tables: readonly TableDefinition[], format: Resource['format'], names: SchemaNames): Node {
  names.add('Tables');
  names.add('Delta');
  const schemas: Record<string, unknown> = {};
  const add = (words: readonly string[], schema: Node): Node => {
    const name = names.make(...words);
    schemas[name] = schema;
    return refTo(name);
  };
  const whole: Node[] = [];
  const changes: Node[] = [];
  for (const table of tables) {
    const row = add([table.name, 'Row'], rowOf(table, format));
    whole.push(add([table.name, 'Table'], tableOf(table, row)));
    changes.push(add([table.name, 'Changes'], changesOf(table, row)));
  }
  const Tables = tuple(whole, 'The whole tables: what Content-Version v<N> means');
  const Delta = tuple(changes, 'The rows that were added and deleted: what Content-Version "delta v<a>-v<b>" means');
  return { Tables, Delta, ...schemas };
}

function rowOf(table: TableDefinition, format: Resource['format']): Node {
  const cells = table.columns.map((column) => ({
    ...cellOf(column, table, format),
    description: columnName(column),
  }));
  return tuple([ROW_ID, ...cells], `A row of "${table.name}": its id, then the cells in the order of the columns`);
}

const CELLS: Readonly<Record<CellType, { type?: string; format?: string }>> = {
  text: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'date-time' },
  json: {},
};

/**
 * Unless the column sets a type, cells of JSON may be any value, and those of CSV and XML are texts. A cell may be
 * missing, except in CSV.
 */
function cellOf(column: Column, { short_rows: shortRows }: TableDefinition, format: Resource['format']): Node {
  const { as = 'json', null: nulls } = columnDefinition(column);
  const isText = format === 'csv' || (format === 'xml' && columnDefinition(column).as === undefined);
  if (format === 'xml' && as === 'json' && !isText) return TEXTS;
  const { type, ...more } = CELLS[as === 'json' && isText ? 'text' : as];
  if (type === undefined) return {};
  const mayBeNull = format !== 'csv' || shortRows === 'null' || nulls !== undefined;
  return { type: mayBeNull ? [type, 'null'] : type, ...more };
}

/** In XML: the texts of all elements at a column's path. */
const TEXTS = { type: ['array', 'null'], items: { type: ['string', 'null'] } };

function tableOf(table: TableDefinition, row: Node): Node {
  const columns = columnNames(table).map((name) => ({ type: 'string', const: name }));
  return closed({
    name: { type: 'string', const: table.name },
    columns: tuple(columns, 'Names of the cells, in order; the row id comes before them'),
    data: { type: 'array', items: row, description: 'All rows' },
  });
}

function changesOf(table: TableDefinition, row: Node): Node {
  return closed({
    name: { type: 'string', const: table.name },
    insert_rows: { type: 'array', items: row, description: 'Rows that came' },
    delete_ids: { type: 'array', items: ROW_ID, description: 'Ids of the deleted rows' },
  });
}

function closed(properties: Node): Node {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function tuple(prefixItems: readonly Node[], description: string): Node {
  const { length } = prefixItems;
  return { type: 'array', description, prefixItems, items: false, minItems: length, maxItems: length };
}
