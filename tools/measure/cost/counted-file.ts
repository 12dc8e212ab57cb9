/** The last counts, stored next to the page that is made from them: docs/scale/counted.json. */

import { Reports } from '../harness/reports.ts';
import { type Counts, counts } from './counts.ts';
import type { Counted } from './operations.ts';

const SCALE = new Reports('docs/scale');
const NAME = 'counted';
/** Significant digits: times and CPU are not known more exactly. */
const DIGITS = 4;

/** Stores the counts, without zeros. */
export function writeCounted(counted: Counted): void {
  SCALE.write(NAME, counted, (value) =>
    value === 0 ? undefined : Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)),
  );
}

/** @throws Error if nothing was counted yet */
export function readCounted(): Counted {
  const counted = SCALE.read<Counted>(NAME);
  if (counted === null) throw new Error('Nothing was counted yet: npm run cost -- --write does it.');
  const whole = Object.entries(counted.operations).map(([name, some]) => [name, counts(some as Partial<Counts>)]);
  return { ...counted, operations: Object.fromEntries(whole) };
}
