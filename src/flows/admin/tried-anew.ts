/** Writes of definitions: each is made over what was read just before, and made anew where somebody else was faster. */

import { Problem } from '../../contract/problem.ts';

const MAX_TRIES = 5;

/**
 * What an attempt gives that read and wrote without anybody between.
 *
 * @param what is written, for people
 * @param attempt null: somebody else was faster
 * @throws Problem `conflict` when others go on writing; what the attempt throws
 */
export async function triedAnew<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new Problem('conflict', `Others are changing this ${what}. Read it and try again.`);
}
