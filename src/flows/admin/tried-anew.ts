/**
 * Writes of definitions: each write depends on the version read just before it, and is retried if another write came
 * first.
 */

import { Problem } from '../../contract/problem.ts';

const MAX_TRIES = 5;

/**
 * Returns the result of the first attempt that no other write interrupted.
 *
 * @param what name of the written thing, for people
 * @param attempt returns null if another write came first
 * @throws Problem `conflict` if others keep writing; and whatever the attempt throws
 */
export async function triedAnew<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new Problem('conflict', `Others are changing this ${what}. Read it and try again.`);
}
