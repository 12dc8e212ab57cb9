/** How near a fleet is to each limit of the platform, and which one a growing fleet meets first. */

import { addCounts, type Counts, counts } from './counts.ts';
import type { Fleet } from './fleet.ts';
import { linesOf, type Month, monthOf } from './month.ts';
import type { Counted, OperationName } from './operations.ts';
import { type LimitName, PRICES } from './prices.ts';
import { storedGb } from './stored.ts';

export const LIMITS = Object.keys(PRICES.limits) as LimitName[];

/** Operations whose work in D1 is on sync records. */
const OF_RECORDS: readonly (OperationName | 'figures')[] = ['list', 'listExpanded', 'record', 'newRecord', 'message'];
/** Largest fleet that is looked at. */
const MOST_DEVICES = 1e10;
const DAY_HOURS = 8;

/** What a fleet needs of each limit, in the limit's own unit, in its busiest second. */
export function needsOf(fleet: Fleet, counted: Counted): Record<LimitName, number> {
  const month = monthOf(inItsPeak(fleet), counted);
  const lines = linesOf(month, counted);
  const aSecond = 1 / (fleet.hoursPerMonth * 3600);
  const sum = (names: (name: OperationName | 'figures') => boolean) =>
    [...lines].filter(([name]) => names(name)).reduce((all, [, line]) => addCounts(all, line), counts());
  const busy = (line: Counts) =>
    (line.d1Queries * fleet.d1QueryMs + (line.d1RowsWritten * fleet.d1RowUs) / 1000) * aSecond;
  const records = sum((name) => OF_RECORDS.includes(name));
  const others = sum((name) => !OF_RECORDS.includes(name));
  const stored = storedGb(monthOf(fleet, counted), fleet, counted.sizes);
  const tasks = others.refreshMessages * aSecond;
  const batches = ((month.times.message ?? 0) / month.messagesPerBatch) * aSecond;
  return {
    d1Busy: busy(records) / fleet.syncShards + busy(others) / fleet.entryShards,
    d1Size: stored.records / fleet.syncShards + stored.entries / fleet.entryShards,
    d1Account: stored.records + stored.entries,
    objectRequests: hottestObject(inItsPeak(fleet), month),
    syncMessages: records.syncMessages * aSecond,
    refreshMessages: tasks,
    syncConsumers: (batches * 2 * fleet.remoteMs) / 1000,
    refreshConsumers: (tasks * (fleet.originMs + 2 * fleet.remoteMs)) / 1000,
  };
}

/** The fleet in whose months every second is the busiest one. */
function inItsPeak(fleet: Fleet): Fleet {
  const { peak, pollsPerHour, loadsPerHour, listsPerDay, refreshesPerDay } = fleet;
  return {
    ...fleet,
    pollsPerHour: pollsPerHour * peak,
    loadsPerHour: loadsPerHour * peak,
    listsPerDay: listsPerDay * peak,
    refreshesPerDay: refreshesPerDay * peak,
  };
}

/** Calls of the object of the most read cache: refreshes, states, claims and commits, and one ask a second and location. */
function hottestObject(fleet: Fleet, { loads }: Month): number {
  const { devices, hotShare, cachesPerDevice, refreshesPerDay, statesPerRefresh, hoursPerMonth } = fleet;
  const readers = devices * hotShare;
  const refreshes = (readers * refreshesPerDay) / cachesPerDevice / (DAY_HOURS * 3600);
  // However many refreshes come while one runs, they join the one that waits.
  const tasks = Math.min(refreshes + loads / (hoursPerMonth * 3600), 1000 / fleet.originMs);
  const asks = Math.min(fleet.locations, (readers * fleet.pollsPerHour) / 3600);
  return refreshes * (1 + statesPerRefresh) + tasks * 2 + asks;
}

/** A limit, and the fleet that meets it. */
export interface Met {
  name: LimitName;
  devices: number;
}

/** The limits in the order in which a fleet meets them that grows and stays the same otherwise. */
export function metInOrder(fleet: Fleet, counted: Counted): Met[] {
  return LIMITS.map((name) => ({ name, devices: devicesAt(name, fleet, counted) }))
    .filter(({ devices }) => devices < MOST_DEVICES)
    .sort((a, b) => a.devices - b.devices);
}

/** The smallest fleet that meets a limit; MOST_DEVICES: none does. */
function devicesAt(name: LimitName, fleet: Fleet, counted: Counted): number {
  const meets = (devices: number) => needsOf({ ...fleet, devices }, counted)[name] >= PRICES.limits[name].limit;
  let [below, above] = [1, MOST_DEVICES];
  if (!meets(above)) return MOST_DEVICES;
  while (above - below > 1 && above / below > 1.001) {
    const middle = Math.sqrt(below * above);
    if (meets(middle)) above = middle;
    else below = middle;
  }
  return above;
}

/** How many databases keep both time and size of each below a share of their limit. */
export function shardsFor(fleet: Fleet, counted: Counted, share: number): { syncShards: number; entryShards: number } {
  const need = (syncShards: number, entryShards: number) => {
    const { d1Busy, d1Size } = needsOf({ ...fleet, syncShards, entryShards }, counted);
    return Math.max(d1Busy / PRICES.limits.d1Busy.limit, d1Size / PRICES.limits.d1Size.limit) / share;
  };
  if (need(1, 1) <= 1) return { syncShards: 1, entryShards: 1 };
  // Apart from each other, each of the two is spread by what it needs alone.
  const alone = (of: 'sync' | 'entry') =>
    Math.max(1, Math.ceil(of === 'sync' ? need(1, Number.POSITIVE_INFINITY) : need(Number.POSITIVE_INFINITY, 1)));
  return { syncShards: alone('sync'), entryShards: alone('entry') };
}
