import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keyIn, STATES, stateOf, tableOfStates } from '../support/task-machine/states.ts';

it.each(STATES)('reaches the state %s', (state: string) => {
  expect(stateOf(keyIn(state))).toBe(state);
});

it('does in every state with every event what docs/task-machine.md says', () => {
  const documented = readFileSync(join(import.meta.dirname, '../../docs/task-machine.md'), 'utf8');
  expect(documented).toContain(tableOfStates());
});
