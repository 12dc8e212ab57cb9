/** Checks of a definition whose source is a database, and of queries where it is none (CONTRACT 4 "Databases"). */

import type { Column } from '../../contract/column.ts';
import type { InputFault } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import { columnTokens } from '../../core/column-places.ts';
import { USER_VARIABLE } from '../check-origin.ts';
import { statementFaults } from './sql-text.ts';

/** Members of `origin` that apply to HTTP requests. */
const OF_REQUESTS = ['body', 'expect', 'pages', 'partial', 'quote'] as const;
/** Members of the definition that apply to text answers. */
const OF_TEXTS = ['charset', 'csv', 'content_type'] as const;
/** The fault of a member that does not apply to a database. */
export const OF_DATABASE = 'must be left out: the source is a database';

/**
 * All faults, with pointers from the definition's root.
 *
 * @param parameterNames null: any parameter name is allowed
 */
export function* sqlFaults(
  definition: Resource,
  isDatabase: boolean,
  parameterNames: readonly string[] | null,
): Generator<InputFault> {
  const { origin, tables, scope, format } = definition;
  if (!isDatabase) {
    for (const [index, { sql }] of (tables ?? []).entries()) {
      if (sql !== undefined) yield { pointer: `/tables/${index}/sql`, detail: 'needs a source that is a database' };
    }
    return;
  }
  if (origin.method !== 'GET') yield { pointer: '/origin/method', detail: OF_DATABASE };
  if (Object.keys(origin.headers).length > 0) yield { pointer: '/origin/headers', detail: OF_DATABASE };
  for (const name of OF_REQUESTS)
    if (origin[name] !== undefined) yield { pointer: `/origin/${name}`, detail: OF_DATABASE };
  if (format !== 'json') yield { pointer: '/format', detail: OF_DATABASE };
  for (const name of OF_TEXTS) if (definition[name] !== undefined) yield { pointer: `/${name}`, detail: OF_DATABASE };
  if (tables === undefined) {
    yield { pointer: '/tables', detail: 'is required: the source is a database' };
    return;
  }
  for (const [index, table] of tables.entries()) {
    const pointer = `/tables/${index}`;
    if (table.rows !== undefined) yield { pointer: `${pointer}/rows`, detail: OF_DATABASE };
    if (table.single) yield { pointer: `${pointer}/single`, detail: OF_DATABASE };
    if (table.sql === undefined) yield { pointer: `${pointer}/sql`, detail: 'is required: the source is a database' };
    else
      for (const detail of queryFaults(table.sql, scope, parameterNames)) yield { pointer: `${pointer}/sql`, detail };
    for (const [at, column] of table.columns.entries()) {
      if (isDeep(column)) {
        yield { pointer: `${pointer}/columns/${at}/at`, detail: 'must lead to a column of the query, as in /name' };
      }
    }
  }
}

/** What is wrong with one query. */
export function queryFaults(sql: string, scope: Resource['scope'], parameterNames: readonly string[] | null): string[] {
  const isName = (name: string) =>
    name === USER_VARIABLE ? scope === 'user' : parameterNames === null || parameterNames.includes(name);
  return [...new Set(statementFaults(sql, isName))];
}

function isDeep(column: Column): boolean {
  return columnTokens(column).length > 1;
}
