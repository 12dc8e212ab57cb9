/** What has been counted in this isolate since the last reset, and whether work is still running. */

import { type Counts, counts } from '../counts.ts';

/** The counts; this is always the same object. */
export const tally: Counts = counts();

let underWay = 0;
/** Messages that were sent but not yet acknowledged. */
let unacknowledged = 0;
let held = false;

export function resetTally(): void {
  Object.assign(tally, counts());
}

/** Does the work, which counts as running until it ends. */
export async function during<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  underWay += 1;
  try {
    return await work();
  } finally {
    underWay -= 1;
  }
}

/** Notes that messages were sent (positive) or acknowledged (negative). */
export function noteMessages(more: number): void {
  unacknowledged += more;
}

/** Holds the batches of all queues, or releases them: this separates the sending of a message from what it triggers. */
export function holdQueues(hold: boolean): void {
  held = hold;
}

/** Resolves as soon as batches may be consumed. */
export async function untilConsumed(): Promise<void> {
  while (held) await pause();
}

/** Resolves when no work has been running for a moment; held messages are not waited for. */
export async function untilQuiet(): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; quiet += 1) {
    const waiting = held ? 0 : unacknowledged;
    if (underWay > 0 || waiting > 0) quiet = -1;
    await pause();
  }
}

const PAUSE_MS = 5;
const QUIET_LOOKS = 5;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
