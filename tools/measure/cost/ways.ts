/** What each way of learning of changes asks of the service in a month. */

import type { Fleet, Way } from './fleet.ts';
import { hubsOf, hubsTold, wakesOf } from './hubs.ts';
import type { OperationName } from './operations.ts';

/** A location that reads a stale cache before its load has ended and become visible there also asks for the load. */
const STALE_S = 2;
/** Most caches of one question. */
const MAX_ITEMS = 100;
/** A connected device checks all its caches at least this often. */
const CHECK_HOURS = 0.5;
export const DAY_HOURS = 8;

export type Times = Partial<Record<OperationName, number>>;

/** Numbers per month that follow from the fleet's size. */
export interface Scale {
  /** Pairs of a device and a cache. */
  pairs: number;
  caches: number;
  /** Devices of a cache, and locations that have some of them. */
  readers: number;
  places: number;
  seconds: number;
  days: number;
  /** Refreshes requested by devices: each is a load. */
  refreshes: number;
}

/** The result for a way. */
export interface Delivery {
  times: Times;
  /** Requests, without those that open sockets. */
  requests: number;
  /** Requests that leave records of what a device was given, and those records. */
  notes: number;
  records: number;
  /** Loads, including refreshes, and those that change rows. */
  loads: number;
  changes: number;
  /** Sockets that are told, and those that hubs find when they wake. */
  sockets: number;
}

export function scaleOf(fleet: Fleet): Scale {
  const { devices, cachesPerDevice, devicesPerCache, hoursPerMonth } = fleet;
  const pairs = devices * cachesPerDevice;
  const readers = Math.min(devices, devicesPerCache);
  const days = hoursPerMonth / DAY_HOURS;
  return {
    ...{ pairs, readers, caches: pairs / readers, places: Math.min(fleet.locations, readers) },
    ...{ days, seconds: hoursPerMonth * 3600, refreshes: devices * fleet.refreshesPerDay * days },
  };
}

export function isolatesOf({ locations, isolates, requestsPerIsolate }: Fleet, requestsASecond: number): number {
  return locations * Math.max(isolates, Math.ceil(requestsASecond / locations / requestsPerIsolate));
}

/** The result for the fleet's way. */
export function deliveryOf(fleet: Fleet, scale: Scale): Delivery {
  return DELIVERIES[fleet.live](fleet, scale);
}

const DELIVERIES: Record<Way, (fleet: Fleet, scale: Scale) => Delivery> = {
  poll(fleet, scale) {
    const { caches, places, seconds } = scale;
    const read = readOf(fleet, scale);
    const { reads, asked, joinedAsk } = read;
    const readsASecond = reads / seconds / caches / places;
    const lookUps = reads / (1 + (readsASecond * fleet.entryCacheMs) / 1000);
    const times = {
      ...{ read304: reads - read.full - read.deltas, read200: read.full - read.fullCold, read200Cold: read.fullCold },
      ...{ delta: read.deltas - read.deltasCold, deltaCold: read.deltasCold },
      ...{ lookUp: Math.max(0, lookUps - asked - joinedAsk), revalidation: asked, joinedAsk, record: reads },
    };
    return { times, requests: reads, notes: reads, records: reads, ...read.loaded, sockets: 0 };
  },

  batch(fleet, scale) {
    const read = readOf(fleet, scale);
    const { questions, items } = questionsOf(fleet, fleet.pollsPerHour);
    const lookUps = questions * (1 - currentShare(fleet, scale, read.reads, questions) ** items);
    const times = {
      ...{ ...between('sync', items, questions), ...between('syncLookUp', items, lookUps) },
      ...between('syncRecord', items, questions),
      ...{ syncTable: read.full - read.fullCold, syncTableCold: read.fullCold },
      ...{ syncDelta: read.deltas - read.deltasCold, syncDeltaCold: read.deltasCold },
      ...{ syncAsk: read.asked, joinedAsk: read.joinedAsk },
    };
    return { times, requests: questions, notes: questions, records: read.reads, ...read.loaded, sockets: 0 };
  },

  hub(fleet, scale) {
    const { devices, connectsPerDay, hoursPerMonth } = fleet;
    const { pairs, caches, readers, places, days, refreshes, seconds } = scale;
    // A check restarts the half hour, and each new socket starts with one.
    const perHour = connectsPerDay / DAY_HOURS;
    const checksPerHour = perHour === 0 ? 1 / CHECK_HOURS : perHour / (1 - Math.exp(-perHour * CHECK_HOURS));
    const { questions, items } = questionsOf(fleet, checksPerHour);
    const freshen = caches * fleet.loadsPerHour * hoursPerMonth;
    const loads = freshen + refreshes;
    const changes = loads * fleet.changeRate;
    const news = (pairs * changes) / caches;
    const requests = questions + news;
    const isolates = isolatesOf(fleet, requests / seconds);
    const lookUps = questions * (1 - currentShare(fleet, scale, questions * items + news, requests) ** items);
    const told = hubsTold(fleet, readers);
    const connects = devices * connectsPerDay * days;
    // A watch stands from day to day. A hub loses it to a change that comes after its own devices have left and before those
    // of all hubs have, or in the morning likewise, and sets it for a device that is new.
    const watched = caches * told;
    const aloneHours = 2 * fleet.arrivalHours * (1 / (readers / told + 1) - 1 / (readers + 1));
    const unwatch = watched * days * (1 - Math.exp((-aloneHours * changes) / caches / hoursPerMonth));
    const watch = unwatch + watched * fleet.newDevices;
    const calls = questions + 2 * connects + changes * told + freshen;
    const wakes = wakesOf(fleet, calls / seconds) * seconds;
    const turns = Math.ceil(devices / hubsOf(fleet) / LOOKED_AT);
    const times = {
      ...{ ...between('sync', items, questions), ...between('syncLookUp', items, lookUps) },
      ...{ subscribe: questions, ticket: connects, open: connects, watch, unwatch },
      ...{ news, newsFirst: changes * isolatesReached(isolates, readers), freshen },
      ...{ rest: caches * days, restMore: (watched - caches) * days },
      ...{ resume: caches * days, renew: (watched - caches) * days },
      ...{ poke: changes, pokeMore: changes * (told - 1), syncDeltaCold: Math.min(news, changes * places) },
      ...{ hubAlarm: hubsOf(fleet) * turns * hoursPerMonth * 60, hubWake: wakes },
      ...sum(between('syncRecord', items, questions), { syncRecord1: news }),
    };
    const sockets = news + (wakes * devices) / hubsOf(fleet);
    return { times, requests, notes: requests, records: questions * items + news, loads, changes, sockets };
  },
};

/** Sockets that one alarm of a hub checks (src/core/live-hub/upkeep.ts). */
const LOOKED_AT = 2_000;

/** Reads of single caches, or items of questions: their answers, and the loads that they ask for. */
function readOf(fleet: Fleet, { pairs, caches, places, seconds, refreshes }: Scale) {
  const reads = pairs * fleet.pollsPerHour * fleet.hoursPerMonth;
  const asked = Math.min(caches * fleet.loadsPerHour * fleet.hoursPerMonth, reads);
  // Each location with readers of a cache looks it up and reads its versions separately.
  const askers = Math.min(places, (reads / seconds / caches) * STALE_S);
  const loads = asked + refreshes;
  const changes = loads * fleet.changeRate;
  const full = reads * fleet.share200;
  const deltas = Math.max(0, reads * (1 - fleet.share304 - fleet.share200));
  return {
    ...{ reads, asked, joinedAsk: asked * Math.max(0, askers - 1), loaded: { loads, changes } },
    ...{ full, fullCold: Math.min(full, changes * places) },
    ...{ deltas, deltasCold: Math.min(deltas, changes * places) },
  };
}

/** Questions of all devices, and the caches of each. */
function questionsOf({ devices, cachesPerDevice, hoursPerMonth }: Fleet, perHour: number) {
  const each = Math.max(1, Math.ceil(cachesPerDevice / MAX_ITEMS));
  return { questions: devices * each * perHour * hoursPerMonth, items: cachesPerDevice / each };
}

/** Share of the items with a current look-up in isolate memory: questions use memory, not the location's copy. */
function currentShare(fleet: Fleet, { caches, readers, seconds }: Scale, items: number, requests: number): number {
  const places = Math.min(isolatesOf(fleet, requests / seconds), readers);
  const known = ((items / seconds / caches / places) * fleet.entryCacheMs) / 1000;
  return known / (1 + known);
}

/** Number of isolates that this many requests reach, each at random. */
function isolatesReached(isolates: number, requests: number): number {
  return isolates * (1 - (1 - 1 / isolates) ** requests);
}

/** Counts of an operation that is counted for 1, 10 and 100 caches, and interpolated linearly between them. */
function between<Name extends 'sync' | 'syncLookUp' | 'syncRecord'>(name: Name, items: number, times: number): Times {
  const [below, above] = items <= 10 ? [1, 10] : [10, 100];
  const share = Math.min(1, Math.max(0, (items - below) / (above - below)));
  return { [`${name}${below}`]: times * (1 - share), [`${name}${above}`]: times * share };
}

function sum(a: Times, b: Times): Times {
  const all = { ...a };
  for (const [name, times] of Object.entries(b) as [OperationName, number][]) all[name] = (all[name] ?? 0) + times;
  return all;
}
