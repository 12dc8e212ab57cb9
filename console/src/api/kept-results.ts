/** How many results of actions are kept, and which of them are shown at once. */

import type { Result } from './results.ts';

/** Most results that are kept; whoever does more has seen the oldest. */
export const MOST_KEPT = 100;
/** As many as leave room for the screen below them, also on a phone. */
const SHOWN = 2;

/** The results with a newer one before them. Where there are too many, the oldest that succeeded goes: what failed stays longer. */
export function withNewest(newest: Result, others: readonly Result[]): Result[] {
  const all = [newest, ...others];
  if (all.length <= MOST_KEPT) return all;
  const oldest = all.findLast(({ state }) => state === 'done') ?? all.findLast(({ state }) => state !== 'running');
  return all.filter((result) => result !== oldest);
}

/** The results that are shown, and the earlier ones, which fold into a count. */
export function folded(results: readonly Result[]): { shown: readonly Result[]; earlier: readonly Result[] } {
  return { shown: results.slice(0, SHOWN), earlier: results.slice(SHOWN) };
}
