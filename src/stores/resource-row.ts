/** A resource as a row of table `resources`. */

import type { StoredResource } from '../contract/resource.ts';
import { definitionOf } from './stored-definition.ts';

/** A row as D1 gives it; JSON in `definition`, null for a tombstone. */
export interface ResourceRow {
  title: string;
  definition: string | null;
  number: number;
  purged: number;
  changed_at: number;
}

/** The columns of a row. */
export const COLUMNS = 'title, definition, number, purged, changed_at';

/** The resource of a row. */
export function resourceOf(row: ResourceRow): StoredResource {
  return {
    title: row.title,
    definition: row.definition === null ? null : definitionOf(row.title, row.definition),
    number: row.number,
    purged: row.purged,
    changedAt: row.changed_at,
  };
}
