/** A result of an action: how many are kept, and which of them are shown. */

import type { ApiProblem } from './problem.ts';

/** One action. */
export interface Result {
  id: number;
  state: 'running' | 'done' | 'failed' | 'left';
  /** The action and its target. */
  title: string;
  /** Its progress, or its outcome. */
  text: string;
  problem: ApiProblem | null;
  requestId: string | null;
  /** Stops it after the current step; null: it cannot be stopped. */
  stop: (() => void) | null;
}

/** Most results that are kept. */
export const MOST_KEPT = 100;
/** Number of results that leave room for the screen below them, also on a phone. */
const SHOWN = 2;

/** Adds a result. If there are too many, drops the oldest success first; failures stay longer. */
export function withNewest(newest: Result, others: readonly Result[]): Result[] {
  const all = [newest, ...others];
  if (all.length <= MOST_KEPT) return all;
  const oldest = all.findLast(({ state }) => state === 'done') ?? all.findLast(({ state }) => state !== 'running');
  return all.filter((result) => result !== oldest);
}

/** The results that are shown, and the earlier ones, of which only the number is shown. */
export function folded(results: readonly Result[]): { shown: readonly Result[]; earlier: readonly Result[] } {
  return { shown: results.slice(0, SHOWN), earlier: results.slice(SHOWN) };
}
