/** Changes that go in pages: each call does as much as fits, and says where the next one goes on. */

import type { Answered } from './call.ts';
import type { Outcome, Progress } from './results.ts';

interface Pages<T> {
  /** One call. @param cursor where it goes on; undefined: at the beginning */
  ask: (cursor: string | undefined) => Promise<Answered<T>>;
  /** How many it changed. */
  count: (answer: T) => number;
  /** Tells how many that is by now. */
  say: (total: number) => string;
  /** Said before that where somebody stopped it. */
  stopped: string;
}

/** Goes on until nothing is left, or somebody stops it after a page. */
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
