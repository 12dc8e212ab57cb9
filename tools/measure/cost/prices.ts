/** The price list, and the cost of an amount of everything. */

import type { Counts } from './counts.ts';
import type { Fleet } from './fleet.ts';
import list from './prices.json' with { type: 'json' };

/** What is paid for. */
export type Billed = keyof typeof list.prices;
/** The billed amount of each thing in a month. */
export type Usage = Partial<Record<Billed, number>>;
export type LimitName = keyof typeof list.limits;

export const PRICES = list;
export const BILLED = Object.keys(list.prices) as Billed[];
/** Products in the order of the list. */
export const PRODUCTS = [...new Set(Object.values(list.prices).map(({ product }) => product))];

/** An object is billed for 128 MB, whatever it uses. */
const OBJECT_GB = 0.128;

/** What is assumed of the platform, for `usageOf` (fleet.ts). */
export type Assumed = Pick<Fleet, 'remoteMs' | 'logShare' | 'requestCpuMs' | 'loadCpuMs'>;

/** Converts counts to billed amounts. */
export function usageOf(counts: Counts, { remoteMs, logShare, requestCpuMs, loadCpuMs }: Assumed): Usage {
  const { workerRequests, loads, objectMs, objectRemoteCalls, infoLines, otherLines } = counts;
  const billed: Usage = Object.fromEntries(
    BILLED.filter((name) => name in counts).map((name) => [name, counts[name as keyof Counts]]),
  );
  const objectGbS = ((objectMs + objectRemoteCalls * remoteMs) / 1000) * OBJECT_GB;
  const workerCpuMs = workerRequests * requestCpuMs + loads * loadCpuMs;
  return { ...billed, workerCpuMs, objectGbS, logEvents: infoLines * logShare + otherLines };
}

/** Dollars for a month's amount of one thing: the included amount is free. */
export function priceOf(name: Billed, amount: number): number {
  const { price, per, included } = list.prices[name];
  return (Math.max(0, amount - included) * price) / per;
}

/** Dollars for an amount of everything after the included amounts are used up. */
export function marginalPrice(usage: Usage): number {
  return BILLED.reduce((sum, name) => sum + ((usage[name] ?? 0) * list.prices[name].price) / list.prices[name].per, 0);
}

/** A month's bill: dollars by line and product, without the plan. */
export type Bill = Map<string, Map<string, number>>;

/**
 * The bill for several lines together. The included amount counts once for all of them, and a line pays the share of
 * the price that it has in the amount: the lines add up to the bill.
 */
export function billOf(lines: ReadonlyMap<string, Usage>): Bill {
  const bill: Bill = new Map();
  for (const [line, usage] of lines) {
    const products = new Map(PRODUCTS.map((product) => [product, 0]));
    for (const name of BILLED) {
      const amount = usage[name] ?? 0;
      if (amount === 0) continue;
      const all = [...lines.values()].reduce((sum, other) => sum + (other[name] ?? 0), 0);
      const { product } = list.prices[name];
      products.set(product, (products.get(product) ?? 0) + (priceOf(name, all) * amount) / all);
    }
    bill.set(line, products);
  }
  return bill;
}

/** Dollars of a whole bill, the plan included. */
export function totalOf(bill: Bill): number {
  const used = [...bill.values()].flatMap((products) => [...products.values()]);
  return used.reduce((sum, dollars) => sum + dollars, PRICES.plan.perMonth);
}

/** Dollars by product. */
export function byProduct(bill: Bill): Map<string, number> {
  const sums = new Map(PRODUCTS.map((product) => [product, 0]));
  for (const products of bill.values()) {
    for (const [product, dollars] of products) sums.set(product, (sums.get(product) ?? 0) + dollars);
  }
  return sums;
}
