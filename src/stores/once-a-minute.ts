/** Limits logging to once per minute and isolate: a line for each event would bury the others. */

import { BoundedMap } from './bounded-map.ts';

const MINUTE_MS = 60_000;
/** Most remembered names; beyond that, the oldest may be logged again early. */
const MAX_NAMES = 1000;

/** Name -> when it may be logged again, ms. */
const logged = new BoundedMap<number>(MAX_NAMES);

/**
 * Whether to log `name` now: true the first time in a minute. The name identifies the subject, such as a log event and
 * the user that it is about.
 *
 * @param now ms since the epoch
 */
export function isFirstInMinute(name: string, now: number): boolean {
  if ((logged.get(name) ?? 0) > now) return false;
  logged.set(name, now + MINUTE_MS);
  return true;
}
