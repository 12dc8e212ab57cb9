/** Checks of `origin.expect` that need no request (CONTRACT 4 "Whole answers"). */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { pointerTokens } from '../core/pointer.ts';
import { xmlPlaceFault } from './xml/check-xml.ts';

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const POINTER = /^(\/([^~/]|~[01])*)+$/;

type Answer = Pick<Resource, 'format'> & { tables?: Resource['tables'] };

/** All faults of `origin.expect`, with pointers from the definition's root. */
export function expectFaults({ origin, format, tables = [] }: Answer & Pick<Resource, 'origin'>): InputFault[] {
  return (origin.expect ?? []).flatMap(({ at }, index) => {
    const detail = placeFault(at, format, tables);
    return detail === null ? [] : [{ pointer: `/origin/expect/${index}/at`, detail }];
  });
}

/** What is wrong with a place in an answer: a JSON pointer if it begins with `/`, otherwise a header name; null: nothing. */
export function placeFault(
  place: string,
  format: Resource['format'],
  tables: readonly TableDefinition[],
): string | null {
  if (!place.startsWith('/'))
    return TOKEN.test(place) ? null : 'must be a JSON pointer (RFC 6901) or the name of a header';
  if (format === 'xml') return xmlPlaceFault(place, tables);
  if (!POINTER.test(place)) return 'must be a JSON pointer (RFC 6901), such as /value';
  if (format !== 'json') return `must be the name of a header: the format "${format}" has no other place`;
  const table = tables.find(({ rows = '' }) => isWithin(place, rows));
  return table === undefined ? null : `must not lie at or within the rows of table "${table.name}"`;
}

function isWithin(pointer: string, rows: string): boolean {
  const inner = pointerTokens(pointer);
  return pointerTokens(rows).every((token, depth) => token === inner[depth]);
}
