/** Which sets of parameter values a purge by parameters is about (CONTRACT 4). */

import type { Parameters } from '../contract/entry.ts';
import { canonicalText } from './canonical.ts';

/** A test for sets of values that contain these members with these values; nested ones must be equal as a whole. */
export function selectionOf(members: Parameters): (values: Parameters) => boolean {
  const wanted = Object.entries(members).map(([name, value]) => [name, canonicalText(value)] as const);
  return (values) =>
    wanted.every(([name, text]) => Object.hasOwn(values, name) && canonicalText(values[name]) === text);
}
