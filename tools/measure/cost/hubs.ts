/** How many hubs a fleet needs, how many are told of a change, and how often they sleep. */

import { MAX_PAIRS } from '../../../src/core/live-hub/hub.ts';
import type { Fleet } from './fleet.ts';
import { PRICES } from './prices.ts';

/** Within so long all devices open their sockets anew after a deploy, s: a ticket and an upgrade each, which are calls of their hub. */
export const REOPEN_S = 30;
export const REOPEN_CALLS = 2;
/** The platform lets an object sleep after so long without anything to do, s. */
const ASLEEP_S = 10;
/** Share of a hub's limits that is left free. */
const ROOM = 0.3;

/** As told, or such that neither what a hub holds nor what it is called when all devices come back is too much. */
export function hubsOf({ liveShards, devices, cachesPerDevice }: Fleet): number {
  if (liveShards > 0) return liveShards;
  const byPairs = (devices * cachesPerDevice) / MAX_PAIRS;
  const byCalls = (devices * REOPEN_CALLS) / REOPEN_S / PRICES.limits.hubCalls.limit;
  return Math.max(1, Math.ceil(Math.max(byPairs, byCalls) / (1 - ROOM)));
}

/** Hubs that the devices of a cache are at. */
export function hubsTold(fleet: Fleet, readers: number): number {
  const hubs = hubsOf(fleet);
  return hubs * (1 - (1 - 1 / hubs) ** readers);
}

/** How often a second some hub is called after it fell asleep; `calls`: those of all hubs a second, which come at random. */
export function wakesOf(fleet: Fleet, calls: number): number {
  return calls * Math.exp((-calls / hubsOf(fleet)) * ASLEEP_S);
}
