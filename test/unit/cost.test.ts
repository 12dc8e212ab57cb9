/** `npm run cost`: the price list, the month of a fleet and the limits; what operations ask is counted in tests of the hop budget. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCounted } from '../../tools/measure/cost/counted-file.ts';
import { counts } from '../../tools/measure/cost/counts.ts';
import { estimate } from '../../tools/measure/cost/estimate.ts';
import { type Fleet, fleetOf } from '../../tools/measure/cost/fleet.ts';
import { hubsOf } from '../../tools/measure/cost/hubs.ts';
import { metInOrder, needsOf, reconnectBusy, shardsFor } from '../../tools/measure/cost/limits.ts';
import { monthOf } from '../../tools/measure/cost/month.ts';
import type { Counted } from '../../tools/measure/cost/operations.ts';
import { scalePage } from '../../tools/measure/cost/page.ts';
import { AIMS } from '../../tools/measure/cost/page-ways.ts';
import {
  billOf,
  byProduct,
  marginalPrice,
  PRICES,
  priceOf,
  totalOf,
  usageOf,
} from '../../tools/measure/cost/prices.ts';

const REQUEST = counts({ workerRequests: 1 });
const HUB_CALL = counts({ workerRequests: 1, objectRequests: 1 });
/** Operations that ask for little, so that each figure can be told by hand. */
const COUNTED: Counted = {
  date: '2026-01-01',
  operations: {
    read304: counts({ workerRequests: 1 }),
    lookUp: counts({ d1Queries: 1, d1RowsRead: 2 }),
    record: counts({ d1RowsWritten: 1, queueBytes: 180 }),
    message: counts({ workerRequests: 1, d1Queries: 1, syncMessages: 1, queueOperations: 3, queueBytes: 120 }),
    ...{ sync1: REQUEST, sync10: REQUEST, sync100: REQUEST, ticket: HUB_CALL, open: HUB_CALL, news: REQUEST },
    ...{ syncLookUp10: counts({ d1Queries: 1 }), subscribe: counts({ d1Queries: 1, objectRequests: 1 }) },
    ...{ syncRecord1: counts({ d1RowsWritten: 1, queueBytes: 180 }), hubAlarm: counts({ objectRequests: 1 }) },
    ...{ syncRecord10: counts({ d1RowsWritten: 1, queueBytes: 1800 }), poke: counts({ objectRequests: 1 }) },
    ...{ freshen: counts({ objectRequests: 2, refreshMessages: 1 }), pokeMore: counts({ objectRequests: 1 }) },
  },
  sizes: { body: 1000, delta: 100, record: 500, entry: 1000, object: 20_000, endedTask: 500 },
};
/** Nothing but reads that are answered 304. */
const READERS = { share304: 1, share200: 0, listsPerDay: 0, refreshesPerDay: 0, loadsPerHour: 0, newDevices: 0 };

describe('prices', () => {
  it('charges only what is beyond what is included', () => {
    expect(priceOf('workerRequests', 10_000_000)).toBe(0);
    expect(priceOf('workerRequests', 12_000_000)).toBeCloseTo(0.6);
    expect(priceOf('d1StorageGb', 7)).toBeCloseTo(1.5);
  });

  it('shares what is included by amount, so that operations add up to the bill', () => {
    const bill = billOf(
      new Map([
        ['one', { workerRequests: 9_000_000 }],
        ['other', { workerRequests: 3_000_000, r2ClassA: 2_000_000 }],
      ]),
    );
    expect(bill.get('one')?.get('Workers')).toBeCloseTo(0.45);
    expect(bill.get('other')?.get('Workers')).toBeCloseTo(0.15);
    expect(byProduct(bill).get('R2')).toBeCloseTo(4.5);
    expect(totalOf(bill)).toBeCloseTo(PRICES.plan.perMonth + 0.6 + 4.5);
  });

  it('bills an object for the time that it is awake, calls of other stores included, at 128 MB', () => {
    const held = counts({ objectMs: 1000, objectRemoteCalls: 2 });
    const usage = usageOf(held, { ...fleetOf(), remoteMs: 500 });
    expect(usage).toMatchObject({ objectGbS: 0.256 });
    expect(marginalPrice(usage)).toBeCloseTo((0.256 * 12.5) / 1e6);
  });

  it('bills the CPU that is assumed of each invocation, and more for a load', () => {
    const work = counts({ workerRequests: 3, loads: 2 });
    expect(usageOf(work, { ...fleetOf(), requestCpuMs: 1.5, loadCpuMs: 10 }).workerCpuMs).toBeCloseTo(24.5);
  });

  it('bills a share of the lines that report what is usual, and all others', () => {
    const lines = counts({ infoLines: 100, otherLines: 2 });
    expect(usageOf(lines, { ...fleetOf(), logShare: 0.01 }).logEvents).toBeCloseTo(3);
  });

  it('names a source for each price and each limit', () => {
    const sources = [...Object.values(PRICES.prices), ...Object.values(PRICES.limits)].map(({ source }) => source);
    expect(sources.filter((source) => !source.startsWith('https://developers.cloudflare.com/'))).toEqual([]);
  });
});

describe('the month of a fleet', () => {
  it('has a read and a record for each poll of each cache by each device', () => {
    const fleet = fleetOf({ ...READERS, devices: 100, cachesPerDevice: 2, pollsPerHour: 3, hoursPerMonth: 10 });
    const { times } = monthOf(fleet, COUNTED);
    expect(times).toMatchObject({ read304: 6000, read200: 0, delta: 0, record: 6000, taskChanged: 0, state: 0 });
  });

  it('looks a cache up by each read where few read it, and once an ENTRY_CACHE_MS at a location where many do', () => {
    const shared = { ...READERS, devices: 1_000_000, cachesPerDevice: 1, hoursPerMonth: 1, locations: 2 };
    const few = monthOf(fleetOf({ ...shared, devicesPerCache: 1 }), COUNTED).times;
    expect(few.lookUp).toBeCloseTo(few.read304 ?? 0, -5);
    const many = monthOf(fleetOf({ ...shared, devicesPerCache: 1_000_000 }), COUNTED).times;
    expect(many.lookUp).toBeGreaterThan(2 * 3590);
    expect(many.lookUp).toBeLessThanOrEqual(2 * 3600);
  });

  it('puts the more records in a message the more an isolate serves, up to what a message holds', () => {
    const at = (devices: number, requestsPerIsolate = 200) =>
      monthOf(fleetOf({ ...READERS, devices, requestsPerIsolate }), COUNTED).notesPerMessage;
    expect(at(1)).toBeCloseTo(1, 2);
    // An isolate waits 0.8 s where one comes after the other.
    expect(at(1_000_000)).toBeGreaterThan(130);
    expect(at(1_000_000)).toBeLessThanOrEqual(161);
    expect(at(100_000_000, 1e9)).toBe(500);
  });

  it('reads a version first at each location that has readers of it, and no more often than it is read', () => {
    const loads = { loadsPerHour: 1, changeRate: 1, share304: 0.5, share200: 0 };
    const fleet = fleetOf({
      ...READERS,
      ...loads,
      devices: 1000,
      devicesPerCache: 1000,
      hoursPerMonth: 1,
      locations: 5,
    });
    expect(monthOf(fleet, COUNTED).times.deltaCold).toBe(10 * 5);
    expect(monthOf({ ...fleet, pollsPerHour: 0.001 }, COUNTED).times.deltaCold).toBe(5);
  });

  it('costs the more the more devices there are, and the plan when there are none', () => {
    const totals = [1, 1e5, 1e6].map((devices) => estimate(fleetOf({ ...READERS, devices }), COUNTED).total);
    expect(totals[0]).toBe(PRICES.plan.perMonth);
    expect(totals[1]).toBeLessThan(totals[2] ?? 0);
  });
});

describe('a fleet that asks for all at once', () => {
  const fleet = fleetOf({ ...READERS, live: 'batch', devices: 100, pollsPerHour: 3, hoursPerMonth: 10 });

  it('makes one request, and writes one row, where others make ten', () => {
    const { times, requests } = monthOf(fleet, COUNTED);
    expect(times).toMatchObject({ sync1: 0, sync10: 3000, syncRecord10: 3000 });
    expect(requests).toBe(3000);
    expect(monthOf({ ...fleet, live: 'poll' }, COUNTED).requests).toBe(30_000);
  });

  it('splits what is more than a hundred caches, and takes costs to grow evenly between those that were counted', () => {
    const of = (cachesPerDevice: number) => monthOf({ ...fleet, cachesPerDevice }, COUNTED).times;
    expect(of(55)).toMatchObject({ sync10: 1500, sync100: 1500 });
    expect(of(200)).toMatchObject({ sync10: 0, sync100: 6000 });
    expect(of(1)).toMatchObject({ sync1: 3000, sync10: 0 });
  });
});

describe('a fleet that is told', () => {
  const FEW_LOADS = { refreshesPerDay: 0, listsPerDay: 0, loadsPerHour: 1, changeRate: 0.5, connectsPerDay: 0 };
  const fleet = fleetOf({ ...FEW_LOADS, live: 'hub', devices: 100, devicesPerCache: 10, hoursPerMonth: 8 });

  it('checks all each half an hour, and asks for each change of each of its caches', () => {
    const { times } = monthOf(fleet, COUNTED);
    expect(times).toMatchObject({ sync10: 100 * 2 * 8, subscribe: 100 * 2 * 8, freshen: 100 * 8, ticket: 0 });
    // 100 caches, changed every other hour; ten devices have each.
    expect(times).toMatchObject({ news: 100 * 4 * 10, poke: 100 * 4, syncRecord1: 4000 });
  });

  it('begins each socket with a check, which puts off the next one', () => {
    const { times } = monthOf({ ...fleet, connectsPerDay: 8 }, COUNTED);
    expect(times).toMatchObject({ ticket: 800, open: 800 });
    expect(times.subscribe).toBeGreaterThan(100 * 2 * 8);
    expect(times.subscribe).toBeLessThan(100 * 3 * 8);
  });

  it('has as many hubs as hold its pairs and bear that all come back, and tells those that have devices of a cache', () => {
    expect(hubsOf(fleet)).toBe(1);
    expect(monthOf(fleet, COUNTED).times.pokeMore).toBe(0);
    const many = { ...fleet, devices: 1e5, cachesPerDevice: 10 };
    expect(hubsOf(many)).toBe(10);
    expect(hubsOf({ ...many, cachesPerDevice: 100 })).toBe(36);
    expect(hubsOf({ ...many, liveShards: 3 })).toBe(3);
    const { poke = 0, pokeMore = 0 } = monthOf({ ...many, devicesPerCache: 2 }, COUNTED).times;
    expect(pokeMore / poke).toBeCloseTo(0.9);
  });

  it('keeps its watches from day to day, apart from those that a change ends while only other hubs have devices', () => {
    const of = (more: object) =>
      monthOf({ ...fleet, liveShards: 10, devicesPerCache: 50, devices: 1_000, ...more }, COUNTED);
    const { times, scale } = of({});
    const { rest = 0, restMore = 0, resume = 0, renew = 0, unwatch = 0 } = times;
    expect([rest, resume]).toEqual([scale.caches, scale.caches]);
    expect((rest + restMore) / scale.caches).toBeCloseTo(10 * (1 - 0.9 ** 50));
    expect(renew).toBe(restMore);
    expect(unwatch / (rest + restMore)).toBeGreaterThan(0.05);
    expect(unwatch / (rest + restMore)).toBeLessThan(0.2);
    expect(of({ arrivalHours: 0 }).times.unwatch).toBe(0);
    expect(of({ liveShards: 1 }).times.unwatch).toBe(0);
    expect(of({ changeRate: 0 }).times.unwatch).toBe(0);
  });

  it('lets hubs sleep while little happens, and finds their sockets when they wake', () => {
    const quiet = monthOf({ ...fleet, devices: 10 }, COUNTED);
    expect(quiet.times.hubWake).toBeGreaterThan(0.5 * (quiet.times.subscribe ?? 0));
    expect(monthOf({ ...fleet, devices: 1e5 }, COUNTED).times.hubWake).toBeLessThan(1);
  });

  it('needs more of D1 while all sockets are opened again, and nothing of hubs when it asks', () => {
    const needs = needsOf({ ...fleet, devices: 10_000 }, COUNTED);
    expect(needs.d1Reconnect).toBeGreaterThan(needs.d1Busy);
    expect(needs.hubCalls).toBeGreaterThan(0);
    expect(needsOf({ ...fleet, live: 'batch' }, COUNTED)).toMatchObject({ hubCalls: 0, d1Reconnect: 0, hubs: 0 });
  });
});

describe('limits', () => {
  it('are those of the busiest second', () => {
    const quiet = needsOf(fleetOf({ ...READERS, peak: 1, devices: 1000 }), COUNTED);
    const busy = needsOf(fleetOf({ ...READERS, peak: 3, devices: 1000 }), COUNTED);
    expect(busy.d1Busy).toBeGreaterThan(2 * quiet.d1Busy);
    expect(busy.d1Size).toBe(quiet.d1Size);
  });

  it('are met in the order of the fleets that meet them, each by a fleet that needs just as much', () => {
    const fleet = fleetOf(READERS);
    const met = metInOrder(fleet, COUNTED);
    expect(met[0]?.name).toBe('d1Busy');
    expect(met.map(({ devices }) => devices)).toEqual(met.map(({ devices }) => devices).toSorted((a, b) => a - b));
    for (const { name, devices } of met) {
      const share = needsOf({ ...fleet, devices }, COUNTED)[name] / PRICES.limits[name].limit;
      expect(share).toBeGreaterThanOrEqual(1);
      expect(share).toBeLessThan(1.1);
    }
  });

  it('are kept by as many databases as are asked for, and no fewer', () => {
    const fleet = fleetOf({ ...READERS, devices: 1_000_000 });
    const shards = shardsFor(fleet, COUNTED, 0.7);
    expect(shards.entryShards).toBeGreaterThan(1);
    const alone = (entryShards: number) => needsOf({ ...fleet, entryShards, syncShards: 1e9 }, COUNTED).d1Busy;
    expect(alone(shards.entryShards)).toBeLessThanOrEqual(700);
    expect(alone(shards.entryShards - 1)).toBeGreaterThan(700);
    expect(shardsFor(fleetOf({ ...READERS, devices: 10 }), COUNTED, 0.7)).toEqual({ syncShards: 1, entryShards: 1 });
  });
});

describe('what was counted on the running service', () => {
  const counted = readCounted();
  const { operations } = counted;

  it('asks nobody about a hundred caches whose look-ups are current, and D1 once when they have run out', () => {
    expect(operations.sync100).toMatchObject({ workerRequests: 1, d1Queries: 0, objectRequests: 0, r2ClassB: 0 });
    expect(operations.syncLookUp100).toMatchObject({ d1Queries: 1, objectRequests: 0 });
  });

  it('writes one row for ten caches of a device', () => {
    expect(operations.syncRecord10).toMatchObject({ d1RowsWritten: 1 });
  });

  it('shows that a hub slept, since it was made again', () => {
    expect(operations.hubWake?.hubWakes).toBeGreaterThanOrEqual(1);
    expect(operations.ticket?.hubWakes).toBe(0);
  });

  it('keeps a question about all caches below what it was built for, and both ways within one database', () => {
    const [batch, hub] = (['batch', 'hub'] as const).map((live) => fleetOf({ devices: 1e5, live })) as [Fleet, Fleet];
    expect(estimate(batch, counted).aMillionHours.delivery).toBeLessThanOrEqual(AIMS.batchDollars);
    for (const fleet of [batch, hub])
      expect(metInOrder(fleet, counted)[0]?.devices).toBeGreaterThanOrEqual(AIMS.devices);
    const share = reconnectBusy(hub, counted) / PRICES.limits.d1Reconnect.limit;
    expect(share).toBeLessThanOrEqual(AIMS.reconnectShare);
  });

  it('docs/scale.md is made of', () => {
    expect(readFileSync('docs/scale.md', 'utf8')).toBe(scalePage(counted));
  }, 30_000);
});
