/** What is told once a minute and isolate, however often it happens: a line for each time would bury the others. */

import { BoundedMap } from './bounded-map.ts';

const MINUTE_MS = 60_000;
/** Names remembered; beyond that the one told longest ago may be told again early. */
const MAX_NAMES = 1000;

/** Name -> until when it is not told again, ms. */
const logged = new BoundedMap<number>(MAX_NAMES);

/**
 * Whether to tell of `name` now: true the first time in a minute. The name tells apart what is told of, such as a log event and
 * the user that it is about.
 *
 * @param now ms since the epoch
 */
export function isFirstInMinute(name: string, now: number): boolean {
  if ((logged.get(name) ?? 0) > now) return false;
  logged.set(name, now + MINUTE_MS);
  return true;
}
