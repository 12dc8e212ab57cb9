/**
 * Entries as lists read them: without their chains; large parameters are read by a separate statement
 * (bounded-page.ts).
 */

import type { EntryRow } from '../ports/stores.ts';
import { isLarge, type SizedRow, sizedColumn } from './bounded-page.ts';
import { entryRowOf, FIXED_COLUMNS, type StoredEntry, WRITTEN_COLUMNS } from './entry-row.ts';

/** Lists leave the chain out: a thousand long chains would not fit into an isolate. */
export const LISTED = [...FIXED_COLUMNS, ...WRITTEN_COLUMNS, 'read_at'].map(listed).join(', ');

/** A row as LISTED selects it: large parameters are null. */
export type ListedRow = StoredEntry & SizedRow;

const PARAMETERS_OF = 'SELECT key, parameters FROM entries WHERE key IN (SELECT value FROM json_each(?1))';

/** The entries of listed rows. An entry whose row was deleted meanwhile is left out. */
export async function whole(db: D1Database, rows: readonly ListedRow[]): Promise<EntryRow[]> {
  const large = rows.filter(isLarge).map(({ key }) => key);
  if (large.length === 0) return rows.map(entryRowOf);
  const asked = db.prepare(PARAMETERS_OF).bind(JSON.stringify(large));
  const { results } = await asked.all<Pick<StoredEntry, 'key' | 'parameters'>>();
  const parametersOf = new Map(results.map(({ key, parameters }) => [key, parameters]));
  return rows.flatMap((row) => {
    const parameters = isLarge(row) ? parametersOf.get(row.key) : row.parameters;
    return parameters === undefined ? [] : entryRowOf({ ...row, parameters });
  });
}

function listed(name: string): string {
  if (name === 'chain') return "'[]' AS chain";
  return name === 'parameters' ? sizedColumn('entries', name) : `entries.${name}`;
}
