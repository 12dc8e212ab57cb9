/** What the campaigns tell: docs/reliability.md is made of it. */

import { Reports } from '../harness/reports.ts';

export const RELIABILITY = new Reports('docs/reliability');

/** How many runs of a campaign of chance are kept. */
const MOST_RUNS = 5;

/** Adds a run to the last ones of a campaign. */
export function addRun(name: string, run: object): void {
  RELIABILITY.write(name, [...(RELIABILITY.read<object[]>(name) ?? []), run].slice(-MOST_RUNS));
}

/** Keeps a run beside others of other names. */
export function addTo(name: string, run: string, report: object): void {
  RELIABILITY.write(name, { ...RELIABILITY.read<Record<string, object>>(name), [run]: report });
}
