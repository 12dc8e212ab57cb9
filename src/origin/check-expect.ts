/** What can be said of `origin.expect` before anything is fetched (CONTRACT 4 "Whole answers"). */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { pointerTokens } from '../core/pointer.ts';
import { isOfBody } from './expectations.ts';

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const POINTER = /^(\/([^~/]|~[01])*)+$/;

/** All faults of `origin.expect`, with pointers from the definition's root. */
export function expectFaults({
  origin,
  format,
  tables = [],
}: Pick<Resource, 'origin' | 'format' | 'tables'>): InputFault[] {
  return (origin.expect ?? []).flatMap((expectation, index) => {
    const { at } = expectation;
    const fault = (detail: string) => [{ pointer: `/origin/expect/${index}/at`, detail }];
    if (!isOfBody(expectation))
      return TOKEN.test(at) ? [] : fault('must be a JSON pointer (RFC 6901) or the name of a header');
    if (!POINTER.test(at)) return fault('must be a JSON pointer (RFC 6901)');
    if (format !== 'json') return fault(`must be the name of a header: the format "${format}" has no other place`);
    const table = tables.find(({ rows = '' }) => isWithin(at, rows));
    return table === undefined ? [] : fault(`must not lie at or within the rows of table "${table.name}"`);
  });
}

function isWithin(pointer: string, rows: string): boolean {
  const inner = pointerTokens(pointer);
  return pointerTokens(rows).every((token, depth) => token === inner[depth]);
}
