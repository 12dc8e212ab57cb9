/** The tables of docs/scale.md that compare the ways in which devices learn of changes. */

import { pageTable } from '../harness/markdown.ts';
import { type Estimate, estimate } from './estimate.ts';
import { type Fleet, fleetOf, WAY_NAMES, WAYS, type Way } from './fleet.ts';
import { hubsOf } from './hubs.ts';
import { metInOrder, reconnectBusy, shardsFor } from './limits.ts';
import type { Beside } from './month.ts';
import type { Counted, OperationName } from './operations.ts';
import { PRICES, PRODUCTS } from './prices.ts';
import { dollars, percent, rounded, short, sumOf } from './tables.ts';

export const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7];

/** Dollars per month of growing fleets, and the highest cost of a million hours of a device. */
export function growthTable(counted: Counted): string {
  const estimateOf = (devices: number, live: Way) => estimate(fleetOf({ devices, live }), counted);
  return pageTable(SIZES, [
    ['devices', (devices) => devices.toLocaleString('en-US')],
    ['caches', (devices) => short(estimateOf(devices, 'poll').month.scale.caches)],
    ...WAY_NAMES.flatMap((way) => [
      [`${way}: $ a month`, (devices: number) => dollars(estimateOf(devices, way).total)] as const,
      ['requests a second', (devices: number) => short(estimateOf(devices, way).requestsASecond)] as const,
    ]),
    ['hubs', (devices) => hubsOf(fleetOf({ devices, live: 'hub' }))],
  ]);
}

/** The cost of a million hours of a device, without free amounts, and the limit that is reached first. */
export function waysTable(counted: Counted, fleetOfWay: (live: Way) => Fleet): string {
  const rows = WAY_NAMES.map((live) => {
    const fleet = fleetOfWay(live);
    const { aMillionHours, bill, total } = estimate(fleet, counted);
    const [line] = [...bill].sort(([, a], [, b]) => sumOf(b) - sumOf(a));
    return { live, aMillionHours, total, line, first: metInOrder(fleet, counted)[0] };
  });
  return pageTable(rows, [
    ['way', ({ live }) => `\`${live}\``],
    ['is', ({ live }) => WAYS[live]],
    ['$ for what is new', ({ aMillionHours }) => dollars(aMillionHours.delivery)],
    ['$ in all', ({ aMillionHours }) => dollars(aMillionHours.all)],
    ['largest line of the bill', ({ line, total }) => line && `${line[0]}: ${percent(sumOf(line[1]) / total)}`],
    ['first limit', ({ first }) => (first === undefined ? 'none' : PRICES.limits[first.name].what)],
    ['at devices', ({ first }) => (first === undefined ? '' : rounded(first.devices))],
  ]);
}

/** The bill of each way by product, and the share of the largest product. */
export function productsTable(counted: Counted, fleetOfWay: (live: Way) => Fleet): string {
  const rows = WAY_NAMES.map((live) => ({ live, ...estimate(fleetOfWay(live), counted) }));
  return pageTable(rows, [
    ['way', ({ live }) => `\`${live}\``],
    ...PRODUCTS.map((product) => [product, ({ products }: Estimate) => dollars(products.get(product) ?? 0)] as const),
    ['$ a month', ({ total }) => `**${dollars(total)}**`],
  ]);
}

/**
 * Number of databases, for sync records and for entries, that keep time and size of each below a share of their limit.
 */
export function shardsTable(counted: Counted, share: number): string {
  return pageTable(SIZES, [
    ['devices', (devices) => devices.toLocaleString('en-US')],
    ...WAY_NAMES.map((live) => {
      const cell = (devices: number) => {
        const { syncShards, entryShards } = shardsFor(fleetOf({ devices, live }), counted, share);
        return `${syncShards}, ${entryShards}`;
      };
      return [`\`${live}\``, cell] as const;
    }),
  ]);
}

type Change = readonly [what: string, change: Partial<Fleet>];

/** Dollars for a million hours in which a device learns of changes, without free amounts, for fleets with one difference each. */
export function changesTable(counted: Counted, devices: number, changes: readonly Change[]): string {
  const cost = (fleet: Partial<Fleet>) =>
    dollars(estimate(fleetOf({ devices, ...fleet }), counted).aMillionHours.delivery);
  return pageTable(changes, [
    ['', ([what]) => what],
    ...WAY_NAMES.map((live) => [`\`${live}\``, ([, change]: Change) => cost({ live, ...change })] as const),
  ]);
}

/** What being told consists of: operations that belong together. */
const PARTS = {
  records: ['rows of records', ['syncRecord1', 'syncRecord10', 'syncRecord100', 'newRecord']],
  messages: ['messages of records', ['message']],
  news: ['requests after a poke', ['news', 'newsFirst', 'syncDelta', 'syncDeltaCold']],
  checks: [
    'full checks',
    ['sync1', 'sync10', 'sync100', 'syncLookUp1', 'syncLookUp10', 'syncLookUp100', 'subscribe', 'readMark'],
  ],
  sockets: ['tickets and upgrades', ['ticket', 'open']],
  watches: [
    'watches and pokes',
    ['watch', 'unwatch', 'rest', 'restMore', 'resume', 'renew', 'poke', 'pokeMore', 'hubAlarm', 'hubWake', 'sockets'],
  ],
  figures: ['figures of requests', ['figures']],
} as const satisfies Record<string, readonly [what: string, names: readonly (OperationName | Beside)[]]>;
type Part = keyof typeof PARTS;

/** Dollars for a million hours in which a device is told that are spent on a part. */
export function costOfPart({ delivery }: Estimate, part: Part): number {
  const [, names] = PARTS[part];
  return names.reduce((sum, name) => sum + (delivery.get(name) ?? 0), 0);
}

/** The dollars for a million hours in which a device is told, by part. */
export function partsTable(told: Estimate): string {
  return pageTable(Object.keys(PARTS) as Part[], [
    ['', (part) => PARTS[part][0]],
    ['$', (part) => dollars(costOfPart(told, part))],
  ]);
}

/** The targets of `POST /sync/` and of the sockets. */
export const AIMS = { batchDollars: 8, hubDollars: 12, devices: 180_000, reconnectShare: 0.7 } as const;

/** The targets of the service, and whether they are met. */
export function aimsTable(counted: Counted, devices: number): string {
  const [batch, hub] = (['batch', 'hub'] as const).map((live) => fleetOf({ devices, live })) as [Fleet, Fleet];
  const cost = (fleet: Fleet) => estimate(fleet, counted).aMillionHours.delivery;
  const first = (fleet: Fleet) => metInOrder(fleet, counted)[0]?.devices ?? Number.POSITIVE_INFINITY;
  const share = reconnectBusy(hub, counted) / PRICES.limits.d1Reconnect.limit;
  const dollar = (fleet: Fleet, most: number) => ({
    aim: `$ a million hours for what is new, \`${fleet.live}\``,
    ...{ bound: `at most ${most}`, is: dollars(cost(fleet)), isMet: cost(fleet) <= most },
  });
  const limit = (fleet: Fleet, least: number) => ({
    aim: `devices at the first limit with one D1, \`${fleet.live}\``,
    ...{ bound: `at least ${least.toLocaleString('en-US')}`, is: rounded(first(fleet)), isMet: first(fleet) >= least },
  });
  const reconnect = {
    aim: `time of D1 while ${devices.toLocaleString('en-US')} devices come back`,
    ...{ bound: `at most ${percent(AIMS.reconnectShare)}`, is: percent(share), isMet: share <= AIMS.reconnectShare },
  };
  return pageTable(
    [
      ...[dollar(batch, AIMS.batchDollars), dollar(hub, AIMS.hubDollars)],
      ...[limit(batch, AIMS.devices), limit(hub, AIMS.devices), reconnect],
    ],
    [
      ['aim', ({ aim }) => aim],
      ['bound', ({ bound }) => bound],
      ['is', ({ is }) => is],
      ['', ({ isMet }) => (isMet ? 'met' : '**not met**')],
    ],
  );
}
