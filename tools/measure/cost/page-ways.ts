/** The tables of docs/scale.md that compare the ways in which devices learn of changes. */

import { pageTable } from '../harness/markdown.ts';
import { type Estimate, estimate } from './estimate.ts';
import { type Fleet, fleetOf, WAY_NAMES, WAYS, type Way } from './fleet.ts';
import { hubsOf } from './hubs.ts';
import { metInOrder, reconnectBusy, shardsFor } from './limits.ts';
import type { Counted } from './operations.ts';
import { PRICES, PRODUCTS } from './prices.ts';
import { dollars, percent, rounded, short, sumOf } from './tables.ts';

export const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7];

/** Dollars per month of growing fleets, and the highest cost of a million hours of a device. */
export function growthTable(counted: Counted, change: Partial<Fleet> = {}): string {
  return pageTable(
    ['devices', 'caches', ...WAY_NAMES.flatMap((way) => [`${way}: $ a month`, 'requests a second']), 'hubs'],
    SIZES.map((devices) => {
      const all = WAY_NAMES.map((live) => estimate(fleetOf({ ...change, devices, live }), counted));
      const cells = all.flatMap(({ total, requestsASecond }) => [dollars(total), short(requestsASecond)]);
      const [{ month }] = all as [Estimate];
      const hubs = hubsOf(fleetOf({ ...change, devices, live: 'hub' }));
      return [devices.toLocaleString('en-US'), short(month.scale.caches), ...cells, hubs];
    }),
  );
}

/** The cost of a million hours of a device, without free amounts, and the limit that is reached first. */
export function waysTable(counted: Counted, devices: number, change: Partial<Fleet> = {}): string {
  return pageTable(
    ['way', 'is', '$ for what is new', '$ in all', 'largest line of the bill', 'first limit', 'at devices'],
    WAY_NAMES.map((live) => {
      const fleet = fleetOf({ ...change, devices, live });
      const { aMillionHours, bill, total } = estimate(fleet, counted);
      const [line] = [...bill].sort(([, a], [, b]) => sumOf(b) - sumOf(a));
      const largest = line === undefined ? '' : `${line[0]}: ${percent(sumOf(line[1]) / total)}`;
      const [first] = metInOrder(fleet, counted);
      const limit = first === undefined ? 'none' : PRICES.limits[first.name].what;
      const at = first === undefined ? '' : rounded(first.devices);
      return [
        `\`${live}\``,
        WAYS[live],
        dollars(aMillionHours.delivery),
        dollars(aMillionHours.all),
        largest,
        limit,
        at,
      ];
    }),
  );
}

/** The bill of each way by product, and the share of the largest product. */
export function productsTable(counted: Counted, devices: number, change: Partial<Fleet> = {}): string {
  return pageTable(
    ['way', ...PRODUCTS, '$ a month'],
    WAY_NAMES.map((live) => {
      const { products, total } = estimate(fleetOf({ ...change, devices, live }), counted);
      return [
        `\`${live}\``,
        ...PRODUCTS.map((product) => dollars(products.get(product) ?? 0)),
        `**${dollars(total)}**`,
      ];
    }),
  );
}

/**
 * Number of databases, for sync records and for entries, that keep time and size of each below a share of their limit.
 */
export function shardsTable(counted: Counted, share: number): string {
  const cell = (devices: number, live: Way) => {
    const { syncShards, entryShards } = shardsFor(fleetOf({ devices, live }), counted, share);
    return `${syncShards}, ${entryShards}`;
  };
  return pageTable(
    ['devices', ...WAY_NAMES.map((live) => `\`${live}\``)],
    SIZES.map((devices) => [devices.toLocaleString('en-US'), ...WAY_NAMES.map((live) => cell(devices, live))]),
  );
}

/** Dollars for a million hours in which a device learns of changes, without free amounts, for fleets with one difference each. */
export function changesTable(
  counted: Counted,
  devices: number,
  changes: readonly (readonly [what: string, change: Partial<Fleet>])[],
): string {
  const cost = (fleet: Partial<Fleet>) =>
    dollars(estimate(fleetOf({ devices, ...fleet }), counted).aMillionHours.delivery);
  return pageTable(
    ['', ...WAY_NAMES.map((way) => `\`${way}\``)],
    changes.map(([what, change]) => [what, ...WAY_NAMES.map((live) => cost({ live, ...change }))]),
  );
}

/** The targets of the service, and whether they are met. */
export function aimsTable(counted: Counted, devices: number): string {
  const [batch, hub] = (['batch', 'hub'] as const).map((live) => fleetOf({ devices, live })) as [Fleet, Fleet];
  const cost = (fleet: Fleet) => estimate(fleet, counted).aMillionHours.delivery;
  const first = (fleet: Fleet) => metInOrder(fleet, counted)[0]?.devices ?? Number.POSITIVE_INFINITY;
  const share = reconnectBusy(hub, counted) / PRICES.limits.d1Reconnect.limit;
  const verdict = (isMet: boolean) => (isMet ? 'met' : '**not met**');
  const dollar = (what: string, fleet: Fleet, most: number): string[] => [
    `$ a million hours for what is new, \`${what}\``,
    `at most ${most}`,
    dollars(cost(fleet)),
    verdict(cost(fleet) <= most),
  ];
  const limit = (what: string, fleet: Fleet, least: number): string[] => [
    `devices at the first limit with one D1, \`${what}\``,
    `at least ${least.toLocaleString('en-US')}`,
    rounded(first(fleet)),
    verdict(first(fleet) >= least),
  ];
  return pageTable(
    ['aim', 'bound', 'is', ''],
    [
      dollar('batch', batch, AIMS.batchDollars),
      dollar('hub', hub, AIMS.hubDollars),
      limit('batch', batch, AIMS.devices),
      limit('hub', hub, AIMS.devices),
      [
        `time of D1 while ${devices.toLocaleString('en-US')} devices come back`,
        `at most ${percent(AIMS.reconnectShare)}`,
        percent(share),
        verdict(share <= AIMS.reconnectShare),
      ],
    ],
  );
}

/** The targets of `POST /sync/` and of the sockets. */
export const AIMS = { batchDollars: 8, hubDollars: 12, devices: 180_000, reconnectShare: 0.7 } as const;
