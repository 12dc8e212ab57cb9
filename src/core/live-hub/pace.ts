/** How a hub spreads what its devices do next, so that neither a deploy nor a poke brings them all at once. */

import type { HubContext } from './events.ts';
import type { Hub } from './hub.ts';

/** Full checks a second that all hubs together are to see at most. */
export const CHECKS_PER_S = 200;
/** Most that a device waits with its first check, ms. */
export const MOST_CHECK_MS = 900_000;
/** Questions a second that follow a poke at most, and how long they are spread at most, ms. */
export const QUESTIONS_PER_S = 1_000;
export const MOST_SPREAD_MS = 60_000;

const MINUTE_MS = 60_000;
const TOLD_S = 10;
/** With few devices nothing is spread. */
const FEW = 50;
/**
 * The devices that came first spread their checks over less time than those that came last, and so overlap with them: a factor
 * of this holds the sum below the aim for up to 100,000 devices within 30 s (test/unit/live-hub-pace.test.ts).
 */
const OVERLAP = 7;

/**
 * Within which time a device that opens a socket now makes its first check, ms; counts this socket, and those that are open still: a
 * device that comes again and again makes nobody else wait.
 */
export function checkWithinMs(hub: Hub, id: string, { now, hubs }: HubContext): number {
  hub.openings.set(id, now);
  for (const [opened, at] of hub.openings) {
    if (at > now - MINUTE_MS) break;
    hub.openings.delete(opened);
  }
  const all = hub.openings.size * hubs;
  if (all <= FEW) return 0;
  return Math.min(MOST_CHECK_MS, Math.ceil((all * OVERLAP * 1000) / CHECKS_PER_S));
}

/** Within which time a device that is told now asks, ms; counts the sockets that are told. */
export function spreadMs(hub: Hub, sockets: number, hubs: number, { now }: HubContext): number {
  const second = Math.floor(now / 1000);
  while ((hub.told[0]?.second ?? second) <= second - TOLD_S) hub.told.shift();
  const last = hub.told.at(-1);
  if (last?.second === second) last.sockets += sockets;
  else hub.told.push({ second, sockets });
  const all = hub.told.reduce((sum, { sockets: told }) => sum + told, 0) * hubs;
  return Math.min(MOST_SPREAD_MS, Math.floor((all * 1000) / QUESTIONS_PER_S));
}
