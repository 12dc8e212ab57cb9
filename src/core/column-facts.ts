/** What a load tells of the columns of its tables, so that the next one notices a member that was renamed (CONTRACT 4 "Columns"). */

import type { TableDefinition } from '../contract/table-definition.ts';
import type { ColumnFacts } from '../ports/entry.ts';

/** Fewest rows of a table, in this load and in the version before, from which on a column that is gone is no chance. */
export const ROWS_THAT_TELL = 20;

/** Whether a column of the version before had a value in some row, and both tables are large enough to tell. */
export function isGone(column: number, rows: number, before: ColumnFacts | undefined): boolean {
  if (before === undefined || Math.min(rows, before.rows) < ROWS_THAT_TELL) return false;
  return before.filled[column] === '1';
}

/** Whether what is held may lack a column that is required by now, or is not known to have it. */
export function mayLackRequired(tables: readonly TableDefinition[], held: readonly ColumnFacts[] | undefined): boolean {
  return tables.some(({ columns }, table) => {
    const { rows, filled = '' } = held?.[table] ?? {};
    const mayLack = (at: number) => rows !== 0 && filled[at] !== '1';
    return columns.some((column, at) => typeof column === 'object' && column.required === true && mayLack(at));
  });
}

const MEMBERS = '; there are ';

/** The warning of a column that no row has; `members`: what the rows have, as told to operators. */
export function columnWarning(detail: string, members: string): string {
  return members === '' ? `${detail}.` : `${detail}${MEMBERS}${members}.`;
}

/** A warning as everybody may read it: names that only the origin knows are for administrators. */
export function withoutMembers(warning: string): string {
  const at = warning.indexOf(MEMBERS);
  return at === -1 ? warning : `${warning.slice(0, at)}.`;
}

/** Those warnings of a load that the load before, under the same definition, did not give: the log has each once. */
export function newWarnings(
  warnings: readonly string[],
  before: { number: number; warnings?: readonly string[] } | null,
  number: number,
): string[] {
  const known = new Set(before?.number === number ? before.warnings?.map(withoutMembers) : []);
  return warnings.filter((warning) => !known.has(withoutMembers(warning)));
}
