/**
 * Handles a declared column that no row has (CONTRACT 4 "Columns"): it is a warning, since serializers leave out nulls,
 * or it fails the load. For a table without rows, reports what stands in their place.
 */

import { type Column, columnName } from '../contract/column.ts';
import { type FaultPlace, LoadFailure } from '../contract/problem.ts';
import { columnWarning, isGone } from '../core/column-facts.ts';
import { originName } from '../core/column-places.ts';
import type { ColumnFacts } from '../ports/entry.ts';
import type { ColumnWatch } from './column-watch.ts';
import type { Findings } from './findings.ts';

/**
 * @param before columns of the previous version; undefined: not known, or this load must not be compared with it
 * @throws LoadFailure `origin-malformed`
 */
function checkColumns(watch: ColumnWatch, before: ColumnFacts | undefined, findings: Findings): void {
  const { table, rows, members } = watch;
  if (rows === 0) {
    if (watch.instead !== undefined) findings.warn(watch.instead);
    return;
  }
  table.columns.forEach((column, index) => {
    if (watch.has(index)) return;
    const name = columnName(column);
    const member = originName(column);
    const isNamed = members === '' || watch.names(member);
    const what = isNamed ? 'no row has a cell for it' : `no row has the member ${member}`;
    const detail = `Table "${table.name}", column "${name}": ${what}`;
    const reason = reasonToFail(column, isGone(index, rows, before));
    if (reason === null) findings.warn(columnWarning(detail, members));
    else throw malformed(`${detail}, ${reason}`, members, { table: table.name, column: name });
  });
}

/**
 * Checks each table after the whole answer has been read.
 *
 * @throws LoadFailure `origin-malformed`
 */
export function checkAllColumns(
  watches: readonly ColumnWatch[],
  before: readonly ColumnFacts[] | undefined,
  findings: Findings,
): void {
  for (const [table, watch] of watches.entries()) checkColumns(watch, before?.[table], findings);
}

/** Why a column that no row has fails the load; null: it does not. */
function reasonToFail(column: Column, wasThere: boolean): string | null {
  const { required = false, optional = false } = typeof column === 'string' ? {} : column;
  if (required) return 'which the definition requires';
  if (optional || !wasThere) return null;
  return 'which had values in the version before; "optional": true in tables[].columns accepts that';
}

function malformed(detail: string, members: string, place: FaultPlace): LoadFailure {
  return new LoadFailure('origin-malformed', `${detail}.`, { adminDetail: columnWarning(detail, members), place });
}
