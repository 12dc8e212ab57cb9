/** Rules that came after the first definitions: PUT refuses what breaks them, and what is stored goes on, with warnings. */

import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import { quotingFaults } from './check-quoting.ts';
import { shellFaults } from './check-shell.ts';

type Checked = Pick<Resource, 'origin' | 'parameters'>;

/** All that a definition breaks of them, with pointers from its root. */
export function laterFaults(definition: Checked): InputFault[] {
  return [...quotingFaults(definition), ...shellFaults(definition)];
}

/** The same of a stored definition: texts for an operator. */
export function warningsOf(definition: Checked): string[] {
  return laterFaults(definition).map(({ pointer, detail }) => `The definition's ${pointer} ${detail}.`);
}
