/** The refusal of a store that does not answer. */

import { Problem } from '../contract/problem.ts';

/** `overloaded` (503) with `Retry-After`; `detail` is for the client, `cause` for the log. */
export function overloaded(detail: string, cause?: unknown): Problem {
  return new Problem('overloaded', detail, { headers: { 'Retry-After': '1' }, cause });
}
