/** The bill for a month of a fleet. */

import type { Fleet } from './fleet.ts';
import { BESIDE, type Beside, linesOf, type Month, monthOf } from './month.ts';
import { type Counted, OPERATIONS, type OperationName } from './operations.ts';
import { type Bill, billOf, byProduct, marginalPrice, totalOf, type Usage, usageOf } from './prices.ts';
import { storageUsage, storedGb } from './stored.ts';

export interface Estimate {
  fleet: Fleet;
  month: Month;
  /** Requests in the busiest second. */
  requestsASecond: number;
  /** Dollars by operation and product, without the plan. */
  bill: Bill;
  products: Map<string, number>;
  /** Dollars of the month, the plan included. */
  total: number;
  /**
   * Dollars for a million hours of a device, without free amounts: `delivery` is the cost of learning of changes, `all`
   * adds loads, refreshes, lists and storage.
   */
  aMillionHours: { delivery: number; all: number };
  /** Dollars of `delivery`, by operation. */
  delivery: ReadonlyMap<OperationName | Beside, number>;
}

const STORED = 'what is stored';
/** Operations for caches, however devices learn of changes. */
const OF_LOADS: readonly (OperationName | Beside)[] = [
  ...([
    'list',
    'listExpanded',
    'refreshHeld',
    'state',
    'taskChanged',
    'taskSame',
    'alarmsChanged',
    'alarmsSame',
  ] as const),
  ...(['revalidation', 'joinedAsk', 'syncAsk', 'freshen', 'webhook', 'cron'] as const),
];

/** The cost of a month of the fleet. */
export function estimate(fleet: Fleet, counted: Counted): Estimate {
  const month = monthOf(fleet, counted);
  const lines = linesOf(month, counted, fleet);
  const nameOf = (name: OperationName | Beside) =>
    name in BESIDE ? BESIDE[name as Beside] : OPERATIONS[name as OperationName];
  const usages = new Map<string, Usage>([...lines].map(([name, line]) => [nameOf(name), usageOf(line, fleet)]));
  const stored = storageUsage(storedGb(month, fleet, counted.sizes));
  usages.set(STORED, stored);
  const bill = billOf(usages);
  const requestsASecond = (month.requests / (fleet.hoursPerMonth * 3600)) * fleet.peak;

  const hours = (fleet.devices * fleet.hoursPerMonth) / 1e6;
  const price = (usage: Usage) => marginalPrice(usage) / hours;
  const ofDelivery = [...lines].filter(([name]) => !OF_LOADS.includes(name));
  const delivery = new Map(ofDelivery.map(([name, line]) => [name, price(usageOf(line, fleet))]));
  const aMillionHours = {
    delivery: [...delivery.values()].reduce((sum, each) => sum + each, 0),
    all: [...usages.values()].reduce((sum, usage) => sum + price(usage), 0),
  };
  const products = byProduct(bill);
  return { fleet, month, requestsASecond, bill, products, total: totalOf(bill), aMillionHours, delivery };
}
