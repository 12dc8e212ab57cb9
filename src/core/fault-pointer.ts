/** Which member of a definition a failed load is about, as a JSON pointer from the definition's root (CONTRACT 4 "Probe"). */

import { columnName } from '../contract/column.ts';
import type { FaultPlace, LoadFailure, LoadFailureCode } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { pointerTo } from './pointer.ts';

/** Where such failures come from, where they name no place. */
const USUAL_PLACES: Partial<Record<LoadFailureCode, string>> = {
  'origin-unreachable': '/origin/url',
  'origin-status': '/origin/url',
  'origin-timeout': '/origin/timeout_s',
  'origin-too-large': '/origin/max_bytes',
  'origin-redirect': '/origin/redirects',
  'origin-pages': '/origin/pages',
  'origin-refused': '/origin/expect',
  'origin-malformed': '/format',
  'origin-guard': '/guard',
};

/** Undefined: of none, such as a fault of ours. The member need not be there: then it is the one to add. */
export function faultPointer(
  { code, place }: Pick<LoadFailure, 'code' | 'place'>,
  definition: Resource,
): string | undefined {
  if (place !== undefined) return pointerOf(place, definition);
  // Credentials and secrets are a source's, where the definition names one.
  if (code === 'origin-auth' || code === 'misconfigured') {
    return definition.origin.source === undefined ? '/origin/headers' : '/origin/source';
  }
  return USUAL_PLACES[code];
}

function pointerOf(place: FaultPlace, { tables = [] }: Resource): string {
  if (typeof place === 'string') return place;
  const index = tables.findIndex(({ name }) => name === place.table);
  const table = tables[index];
  if (table === undefined) return '/tables';
  const pointer = pointerTo('/tables', index);
  if (place.member !== undefined) return pointerTo(pointer, place.member);
  if (place.column === undefined) return pointer;
  const columns = pointerTo(pointer, 'columns');
  const column = table.columns.findIndex((one) => columnName(one) === place.column);
  return column === -1 ? columns : pointerTo(columns, column);
}
