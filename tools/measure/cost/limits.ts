/** How close a fleet is to each limit of the platform, and which one a growing fleet reaches first. */

import { CHECKS_PER_S, MOST_CHECK_MS } from '../../../src/core/live-hub/pace.ts';
import { addCounts, type Counts, counts, timesCounts } from './counts.ts';
import type { Fleet } from './fleet.ts';
import { hubsOf, REOPEN_CALLS, REOPEN_S } from './hubs.ts';
import { type Beside, linesOf, type Month, monthOf, RECORDS } from './month.ts';
import type { Counted, OperationName } from './operations.ts';
import { type LimitName, PRICES } from './prices.ts';
import { storedGb } from './stored.ts';
import { DAY_HOURS } from './ways.ts';

export const LIMITS = Object.keys(PRICES.limits) as LimitName[];

type LineName = OperationName | Beside;
/** Operations whose work in D1 is on sync records. */
const OF_RECORDS: readonly LineName[] = ['list', 'listExpanded', 'message', ...RECORDS];
/** Operations of a full check, which all devices repeat when they come back. */
const OF_CHECKS: readonly LineName[] = [
  ...(['sync1', 'sync10', 'sync100', 'syncLookUp1', 'syncLookUp10', 'syncLookUp100', 'subscribe'] as const),
];
/** Operations that call a hub. */
const OF_HUBS: readonly LineName[] = [
  ...([
    'ticket',
    'open',
    'subscribe',
    'poke',
    'pokeMore',
    'freshen',
    'rest',
    'restMore',
    'unwatch',
    'hubAlarm',
  ] as const),
];
/** Largest fleet that is considered. */
const MOST_DEVICES = 1e10;

/** What a fleet needs of each limit in its busiest second, in the limit's own unit. */
export function needsOf(fleet: Fleet, counted: Counted): Record<LimitName, number> {
  const { month, sum, times, busy } = secondOf(inItsPeak(fleet), counted);
  const records = sum((name) => OF_RECORDS.includes(name));
  const stored = storedGb(monthOf(fleet, counted), fleet, counted.sizes);
  const batches = (month.times.message ?? 0) / month.messagesPerBatch / month.scale.seconds;
  const tasks = sum(() => true).refreshMessages;
  const hubs = hubsOf(fleet);
  const isTold = fleet.live === 'hub';
  const reopened = (fleet.devices * REOPEN_CALLS) / REOPEN_S;
  return {
    d1Busy: busy(() => true),
    d1Reconnect: isTold ? reconnectBusy(fleet, counted) : 0,
    d1Size: stored.records / fleet.syncShards + stored.entries / fleet.entryShards,
    d1Account: stored.records + stored.entries,
    objectRequests: hottestObject(inItsPeak(fleet), month),
    hubCalls: isTold ? Math.max(times(OF_HUBS), reopened) / hubs : 0,
    hubPairs: isTold ? month.scale.pairs / hubs : 0,
    hubs: isTold ? hubs : 0,
    syncMessages: records.syncMessages,
    refreshMessages: tasks,
    syncConsumers: (batches * 2 * fleet.remoteMs) / 1000,
    refreshConsumers: (tasks * (fleet.originMs + 2 * fleet.remoteMs)) / 1000,
  };
}

/** Time of a D1 database while all devices come back after a deploy, ms per second, without the fleet's other work. */
export function reconnectBusy(fleet: Fleet, counted: Counted): number {
  const { times, busy } = secondOf(fleet, counted);
  const usual = times(['subscribe']);
  const all = Math.max(usual, CHECKS_PER_S, fleet.devices / (MOST_CHECK_MS / 1000));
  const checks = busy((name) => OF_CHECKS.includes(name));
  return busy(() => true) + (usual === 0 ? 0 : (all / usual - 1) * checks);
}

/** An average second of a fleet. */
function secondOf(fleet: Fleet, counted: Counted) {
  const month = monthOf(fleet, counted);
  const lines = [...linesOf(month, counted, fleet)];
  const { seconds } = month.scale;
  const sum = (isMeant: (name: LineName) => boolean) =>
    timesCounts(
      lines.filter(([name]) => isMeant(name)).reduce((all, [, line]) => addCounts(all, line), counts()),
      1 / seconds,
    );
  const times = (names: readonly LineName[]) =>
    names.reduce((all, name) => all + (month.times[name as OperationName] ?? 0), 0) / seconds;
  const took = ({ d1Queries, d1RowsWritten }: Counts) =>
    d1Queries * fleet.d1QueryMs + (d1RowsWritten * fleet.d1RowUs) / 1000;
  /** Time of one database, ms. */
  const busy = (isMeant: (name: LineName) => boolean) => {
    const records = sum((name) => isMeant(name) && OF_RECORDS.includes(name));
    const others = sum((name) => isMeant(name) && !OF_RECORDS.includes(name));
    return took(records) / fleet.syncShards + took(others) / fleet.entryShards;
  };
  return { month, sum, times, busy };
}

/** The same fleet in a month in which every second is the busiest one. */
export function inItsPeak(fleet: Fleet): Fleet {
  const { peak, pollsPerHour, connectsPerDay, loadsPerHour, listsPerDay, refreshesPerDay } = fleet;
  return {
    ...fleet,
    pollsPerHour: pollsPerHour * peak,
    connectsPerDay: connectsPerDay * peak,
    loadsPerHour: loadsPerHour * peak,
    listsPerDay: listsPerDay * peak,
    refreshesPerDay: refreshesPerDay * peak,
  };
}
/**
 * Calls of the object of the most read cache: refreshes, states, claims and commits, one ask per second and location, and the
 * answers of hubs that it tells.
 */
function hottestObject(fleet: Fleet, { loads, scale }: Month): number {
  const { devices, hotShare, cachesPerDevice, refreshesPerDay, statesPerRefresh, live } = fleet;
  const readers = devices * hotShare;
  const refreshes = (readers * refreshesPerDay) / cachesPerDevice / (DAY_HOURS * 3600);
  // However many refreshes come during a load, they all join the one that waits.
  const tasks = Math.min(refreshes + loads / scale.seconds, 1000 / fleet.originMs);
  const asks = live === 'hub' ? 0 : Math.min(fleet.locations, (readers * fleet.pollsPerHour) / 3600);
  const watches = live === 'hub' ? hubsOf(fleet) / (DAY_HOURS * 3600) : 0;
  return refreshes * (1 + statesPerRefresh) + tasks * 2 + asks + watches;
}

/** A limit, and the fleet that reaches it. */
export interface Met {
  name: LimitName;
  devices: number;
}

/** The limits in the order in which a fleet reaches them if only its size grows. */
export function metInOrder(fleet: Fleet, counted: Counted): Met[] {
  return LIMITS.map((name) => ({ name, devices: devicesAt(name, fleet, counted) }))
    .filter(({ devices }) => devices < MOST_DEVICES)
    .sort((a, b) => a.devices - b.devices);
}

/** The smallest fleet that reaches a limit; MOST_DEVICES: none does. */
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
  // In separate databases, each of the two is spread by its own needs alone.
  const alone = (of: 'sync' | 'entry') =>
    Math.max(1, Math.ceil(of === 'sync' ? need(1, Number.POSITIVE_INFINITY) : need(Number.POSITIVE_INFINITY, 1)));
  return { syncShards: alone('sync'), entryShards: alone('entry') };
}
