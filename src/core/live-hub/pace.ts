/** Spreads the next requests of devices over time, so that neither a deploy nor a poke brings them all at the same time. */

import type { HubContext } from './events.ts';
import type { Hub } from './hub.ts';

/** Most full checks per second for all hubs together. */
export const CHECKS_PER_S = 200;
/** Longest delay of a device's first check, ms. */
export const MOST_CHECK_MS = 900_000;
/** Most requests per second after a poke, and the longest time over which they are spread, ms. */
export const QUESTIONS_PER_S = 1_000;
export const MOST_SPREAD_MS = 60_000;

const MINUTE_MS = 60_000;
const TOLD_S = 10;
/** Up to this number of devices, nothing is spread. */
const FEW = 50;
/**
 * Devices that open early spread their checks over less time than those that open late, and overlap with them. This
 * factor keeps the sum below the aim for up to 100,000 devices within 30 s (test/unit/live-hub-pace.test.ts).
 */
const OVERLAP = 7;

/**
 * The time within which a device that opens a socket now makes its first check, ms. It counts this socket and those
 * that are still open: a device that reconnects again and again delays no other device.
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

/** The time within which a device that is told now sends its request, ms; counts the sockets that are told. */
export function spreadMs(hub: Hub, sockets: number, hubs: number, { now }: HubContext): number {
  const second = Math.floor(now / 1000);
  while ((hub.told[0]?.second ?? second) <= second - TOLD_S) hub.told.shift();
  const last = hub.told.at(-1);
  if (last?.second === second) last.sockets += sockets;
  else hub.told.push({ second, sockets });
  const all = hub.told.reduce((sum, { sockets: told }) => sum + told, 0) * hubs;
  return Math.min(MOST_SPREAD_MS, Math.floor((all * 1000) / QUESTIONS_PER_S));
}
