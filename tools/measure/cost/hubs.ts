/** How many hubs a fleet needs, how many are told of a change, and how often they sleep. */

import { MAX_PAIRS } from '../../../src/core/live-hub/hub.ts';
import type { Fleet } from './fleet.ts';
import { PRICES } from './prices.ts';

/** Time in which all devices reopen their sockets after a deploy, s: a ticket and an upgrade each, which are calls of their hub. */
export const REOPEN_S = 30;
export const REOPEN_CALLS = 2;
/** Time without work after which the platform lets an object sleep, s. */
const ASLEEP_S = 10;
/** Share of a hub's limits that stays free. */
const ROOM = 0.3;

/**
 * The given number, or enough hubs for the fleet's pairs of device and cache, and for the calls when all devices come
 * back.
 */
export function hubsOf({ liveShards, devices, cachesPerDevice }: Fleet): number {
  if (liveShards > 0) return liveShards;
  const byPairs = (devices * cachesPerDevice) / MAX_PAIRS;
  const byCalls = (devices * REOPEN_CALLS) / REOPEN_S / PRICES.limits.hubCalls.limit;
  return Math.max(1, Math.ceil(Math.max(byPairs, byCalls) / (1 - ROOM)));
}

/** Number of hubs that have devices of a cache. */
export function hubsTold(fleet: Fleet, readers: number): number {
  const hubs = hubsOf(fleet);
  return hubs * (1 - (1 - 1 / hubs) ** readers);
}

/**
 * How often per second some hub is called after it fell asleep; `calls`: calls of all hubs per second, which come at
 * random.
 */
export function wakesOf(fleet: Fleet, calls: number): number {
  return calls * Math.exp((-calls / hubsOf(fleet)) * ASLEEP_S);
}
