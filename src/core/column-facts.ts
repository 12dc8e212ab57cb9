/** What a load remembers of its columns, so that the next load notices a renamed member (CONTRACT 4 "Columns"). */

import type { TableDefinition } from '../contract/table-definition.ts';
import type { ColumnFacts } from '../ports/entry.ts';

/** Fewest rows of a table, in this load and in the version before, for which a missing column is not a coincidence. */
export const ROWS_THAT_TELL = 20;

/** Whether a column had a value in some row of the version before, and both tables are large enough to judge. */
export function isGone(column: number, rows: number, before: ColumnFacts | undefined): boolean {
  if (before === undefined || Math.min(rows, before.rows) < ROWS_THAT_TELL) return false;
  return before.filled[column] === '1';
}

/** Whether the held version lacks a column that is now required, or is not known to have it. */
export function mayLackRequired(tables: readonly TableDefinition[], held: readonly ColumnFacts[] | undefined): boolean {
  return tables.some(({ columns }, table) => {
    const { rows, filled = '' } = held?.[table] ?? {};
    const mayLack = (at: number) => rows !== 0 && filled[at] !== '1';
    return columns.some((column, at) => typeof column === 'object' && column.required === true && mayLack(at));
  });
}

const MEMBERS = '; there are ';

/** The warning about a column that no row has; `members`: the members that the rows have, for operators. */
export function columnWarning(detail: string, members: string): string {
  return members === '' ? `${detail}.` : `${detail}${MEMBERS}${members}.`;
}

/** A warning without the names that only the origin knows: those are for administrators. */
export function withoutMembers(warning: string): string {
  const at = warning.indexOf(MEMBERS);
  return at === -1 ? warning : `${warning.slice(0, at)}.`;
}

/** The warnings that the load before, under the same definition, did not give: each is logged once. */
export function newWarnings(
  warnings: readonly string[],
  before: { number: number; warnings?: readonly string[] } | null,
  number: number,
): string[] {
  const known = new Set(before?.number === number ? before.warnings?.map(withoutMembers) : []);
  return warnings.filter((warning) => !known.has(withoutMembers(warning)));
}
