/**
 * Text parameters that could end a literal or a clause of the origin's query (CONTRACT 4 "Quotes"). The origin decodes
 * the URL, so a value that is safe in a URL can still be unsafe in the query language that the origin reads from it.
 */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { member } from '../core/pointer.ts';
import { isUnbreakable } from '../core/unbreakable-schema.ts';
import type { Expression } from './template-pieces.ts';
import { type PlacedPiece, placedPieces } from './template-places.ts';

/** Query members whose values are expressions (OData 4.01, URL conventions 5.1). */
const CLAUSES = new Set(['$filter', '$apply', '$compute', '$search', '$orderby']);
/** Operators that leave the reserved characters of a value unencoded (RFC 6570 sections 3.2.3 and 3.2.4). */
const RAW = new Set(['+', '#']);

type Variable = Expression['variables'][number];

/** Faults of text parameters that the definition uses unsafely. */
export function quotingFaults({ origin, parameters }: Pick<Resource, 'origin' | 'parameters'>): InputFault[] {
  const { url, quote } = origin;
  const properties = member(parameters, 'properties');
  const isText = (name: string) => !isUnbreakable(member(properties, name), parameters);
  const faults = placedPieces(url, quote === 'backslash').flatMap((piece) =>
    (piece.expression?.variables ?? [])
      .filter(({ name }) => isText(name))
      .flatMap((variable) => [...faultsOfPlace(piece, variable, quote)]),
  );
  return faults.filter(({ detail }, at) => faults.findIndex((other) => other.detail === detail) === at);
}

function* faultsOfPlace(
  { expression, inQuotes, inKey, inQuery, member: named }: PlacedPiece,
  { name, isPrefix }: Variable,
  quote: Resource['origin']['quote'],
): Generator<InputFault> {
  const { operator = '' } = expression ?? {};
  const inUrl = (detail: string) => ({ pointer: '/origin/url', detail });
  if (inQuery && RAW.has(operator)) {
    yield inUrl(`must not have {${operator}${name}} in the query: its value may hold "&". Write {${name}}`);
  }
  if (inQuotes) {
    if (quote === undefined) {
      const detail = `is required, since {${name}} stands between quotes: "odata", "backslash", or "none" if the origin needs neither`;
      yield { pointer: '/origin/quote', detail };
    } else if (isPrefix && quote !== 'none') {
      yield inUrl(`must not cut {${name}} short between quotes: that may cut an escaped quote in two`);
    }
    return;
  }
  const remedy = `Write '{${name}}' and origin.quote: "odata"`;
  const clause = named ?? (operator === '?' || operator === '&' ? decodedName(name) : null);
  if (clause !== null && CLAUSES.has(clause.toLowerCase())) {
    yield inUrl(
      `must not have the text {${name}} outside of quotes in ${clause}: its value may contain any clause. ${remedy}`,
    );
  }
  if (inKey)
    yield inUrl(
      `must not have the text {${name}} outside of quotes in a key: its value may contain any key. ${remedy}`,
    );
}

function decodedName(name: string): string {
  return name.replaceAll(/%24/g, '$');
}
