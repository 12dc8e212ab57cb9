/**
 * The member of a definition that a failed load is about, as a JSON pointer from the definition's root (CONTRACT 4
 * "Probe").
 */

import { columnName } from '../contract/column.ts';
import type { FaultPlace, LoadFailure, LoadFailureCode } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { pointerTo } from './pointer.ts';

/** The usual places of failures that name none. */
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

/** Undefined: no member, as for a fault of this service. A member that does not exist is one that the definition should add. */
export function faultPointer(
  { code, place }: Pick<LoadFailure, 'code' | 'place'>,
  definition: Resource,
): string | undefined {
  if (place !== undefined) return pointerOf(place, definition);
  // If the definition names a source, credentials and secrets belong to the source.
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
