/** A month of a fleet as it is billed. */

import type { Fleet } from './fleet.ts';
import { linesOf, type Month, monthOf } from './month.ts';
import { type Counted, OPERATIONS } from './operations.ts';
import { type Bill, billOf, byProduct, totalOf, type Usage, usageOf } from './prices.ts';
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
}

const ONCE_A_MONTH = { figures: 'figures of requests', stored: 'what is stored' } as const;

/** What a month of the fleet costs. */
export function estimate(fleet: Fleet, counted: Counted): Estimate {
  const month = monthOf(fleet, counted);
  const lines = linesOf(month, counted);
  const usages = new Map<string, Usage>(
    [...lines].map(([name, line]) => [
      name === 'figures' ? ONCE_A_MONTH.figures : OPERATIONS[name],
      usageOf(line, fleet),
    ]),
  );
  usages.set(ONCE_A_MONTH.stored, storageUsage(storedGb(month, fleet, counted.sizes)));
  const bill = billOf(usages);
  const { list = 0, listExpanded = 0, refreshHeld = 0, state = 0, record = 0, newRecord = 0 } = month.times;
  const requests = list + listExpanded + refreshHeld + state + record + newRecord;
  const requestsASecond = (requests / (fleet.hoursPerMonth * 3600)) * fleet.peak;
  return { fleet, month, requestsASecond, bill, products: byProduct(bill), total: totalOf(bill) };
}
