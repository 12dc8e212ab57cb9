/** Changes that run in pages: each call does as much as fits, and returns a cursor for the next call. */

import type { Answered } from './call.ts';
import type { Outcome, Progress } from './results.ts';

interface Pages<T> {
  /** Makes one call. @param cursor where to continue; undefined: from the beginning */
  ask: (cursor: string | undefined) => Promise<Answered<T>>;
  /** How many items one call changed. */
  count: (answer: T) => number;
  /** Describes the total so far. */
  say: (total: number) => string;
  /** Text that precedes it if the user stopped the change. */
  stopped: string;
}

/** Continues until nothing is left, or until the user stops it after a page. */
export async function inPages<T extends { next: string | null }>(
  { ask, count, say, stopped }: Pages<T>,
  { tell, signal }: Progress,
): Promise<Outcome> {
  let total = 0;
  let cursor: string | undefined;
  do {
    const { data, requestId } = await ask(cursor);
    total += count(data);
    cursor = data.next ?? undefined;
    if (cursor === undefined) return { text: say(total), requestId };
    tell(say(total));
  } while (!signal.aborted);
  return { text: `${stopped} ${say(total)}` };
}
