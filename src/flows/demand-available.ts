/** Turns the object's answer `unavailable` into a refusal. */

import type { Unavailable } from '../ports/object.ts';
import { overloaded } from '../stores/overloaded.ts';

/**
 * Returns the answer, unless the object is newer than this release (DESIGN "Two releases at once").
 *
 * @throws Problem `overloaded` with `Retry-After`
 */
export function demandAvailable<Answer extends { outcome: string }>(answer: Answer): Exclude<Answer, Unavailable> {
  if (answer.outcome === 'unavailable') throw overloaded('A new release is being rolled out. Try again in a moment.');
  return answer as Exclude<Answer, Unavailable>;
}
