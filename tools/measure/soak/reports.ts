/** Results of the campaigns, from which docs/reliability.md is made. */

import { Reports } from '../harness/reports.ts';

export const RELIABILITY = new Reports('docs/reliability');

/** How many runs of a random campaign are kept. */
const MOST_RUNS = 5;

/** Adds a run to the latest ones of a campaign. */
export function addRun(name: string, run: object): void {
  RELIABILITY.write(name, [...(RELIABILITY.read<object[]>(name) ?? []), run].slice(-MOST_RUNS));
}
