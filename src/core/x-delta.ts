/** `X-Delta` (CONTRACT 3): `v<a>-v<b>`, `v<a>-last` or `auto` requests the delta between two versions of a table. */

import { HEADER } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';

/** The requested delta. */
export type DeltaRequest =
  /** From the version that `If-None-Match` (or `If-Match`) names to the last. */
  | { kind: 'auto' }
  /** From a version (0: nothing yet) to another one or, if `to` is null, to the last. */
  | { kind: 'between'; from: number; to: number | null };

/** Numbers of fifteen digits are safe integers; no cache will ever count that far. */
const BETWEEN = /^v(0|[1-9][0-9]{0,14})-(?:v([1-9][0-9]{0,14})|last)$/;

/** @throws Problem `invalid-header` for a malformed header, or a range that ends before it begins or at `v0` */
export function parseDelta(header: string): DeltaRequest {
  if (header === 'auto') return { kind: 'auto' };
  const match = BETWEEN.exec(header);
  if (match === null) throw invalidDelta('must be v<a>-v<b> (with b from 1), v<a>-last or auto');
  const from = Number(match[1]);
  const to = match[2] === undefined ? null : Number(match[2]);
  if (to !== null && to < from) throw invalidDelta('must not end at an older version than it begins with');
  return { kind: 'between', from, to };
}

/** The highest version that the request names; 0: none. */
export function highestVersion(delta: DeltaRequest): number {
  return delta.kind === 'auto' ? 0 : Math.max(delta.from, delta.to ?? 0);
}

/** @throws Problem `invalid-header` if the request names a version above the last one */
export function demandReached(delta: DeltaRequest, last: number): void {
  const named = highestVersion(delta);
  if (named > last) throw invalidDelta(`names v${named}, but the last version is v${last}`);
}

function invalidDelta(detail: string): Problem {
  return new Problem('invalid-header', `${HEADER.delta} ${detail}.`, { errors: [{ pointer: HEADER.delta, detail }] });
}
