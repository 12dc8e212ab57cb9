/** The part of a definition that its readers see (CONTRACT 3 "Catalog"). */

import type { CatalogEntry } from '../contract/catalog.ts';
import { columnName } from '../contract/column.ts';
import type { DefinedResource, Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { closedSchema, type ParameterSchema } from './parameter-schema.ts';
import { mapSchema } from './schema-keywords.ts';

/** A resource as the catalog lists it. */
export function catalogEntry({ title, definition }: Pick<DefinedResource, 'title' | 'definition'>): CatalogEntry {
  const { description = null, tables } = definition;
  return {
    title,
    description,
    parameters: shownSchema(definition),
    tables: tables?.map((table) => ({ name: table.name, columns: columnNames(table) })) ?? null,
  };
}

/** The schema of the parameters as values are checked against it, without `$comment`, which is for its maintainers. */
export function shownSchema({ parameters = {} }: Pick<Resource, 'parameters'>): ParameterSchema {
  return mapSchema(closedSchema(parameters), ({ $comment, ...shown }) => shown) as ParameterSchema;
}

/** Names of a table's columns, in order. */
export function columnNames({ columns }: TableDefinition): string[] {
  return columns.map(columnName);
}
