/**
 * Rules that are newer than some stored definitions: PUT refuses a violation; a stored definition keeps working, with
 * warnings.
 */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { quotingFaults } from './check-quoting.ts';
import { shellFaults } from './check-shell.ts';

type Checked = Pick<Resource, 'origin' | 'parameters'>;

/** All violations of these rules, with pointers from the definition's root. */
export function laterFaults(definition: Checked): InputFault[] {
  return [...quotingFaults(definition), ...shellFaults(definition)];
}

/** The same for a stored definition, as texts for an operator. */
export function warningsOf(definition: Checked): string[] {
  return laterFaults(definition).map(({ pointer, detail }) => `The definition's ${pointer} ${detail}.`);
}
