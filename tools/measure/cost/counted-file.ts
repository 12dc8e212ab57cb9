/** What was last counted, beside the page that is made of it: docs/scale/counted.json. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { type Counts, counts } from './counts.ts';
import type { Counted } from './operations.ts';

const PATH = join(PROJECT, 'docs/scale/counted.json');
/** Digits that count: times and CPU are no better known. */
const DIGITS = 4;

/** Keeps the counts, without what is nothing. */
export function writeCounted(counted: Counted): void {
  const short = (_name: string, value: unknown) => {
    if (typeof value !== 'number') return value;
    return value === 0 ? undefined : Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
  };
  mkdirSync(dirname(PATH), { recursive: true });
  writeFileSync(PATH, `${JSON.stringify(counted, short, 2)}\n`);
}

/** @throws Error when nothing was counted yet */
export function readCounted(): Counted {
  if (!existsSync(PATH)) throw new Error('Nothing was counted yet: npm run cost -- --write does it.');
  const { operations, ...rest } = JSON.parse(readFileSync(PATH, 'utf8')) as Counted;
  const whole = Object.entries(operations).map(([name, some]) => [name, counts(some as Partial<Counts>)]);
  return { ...rest, operations: Object.fromEntries(whole) };
}
