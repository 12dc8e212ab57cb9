/** The tables that `npm run cost` prints and docs/scale.md shows. */

import { pageTable } from '../harness/markdown.ts';
import type { Counts } from './counts.ts';
import type { Estimate } from './estimate.ts';
import { FLEET, type Fleet, WAYS } from './fleet.ts';
import { LIMITS, metInOrder, needsOf } from './limits.ts';
import { type Counted, OPERATIONS, type OperationName } from './operations.ts';
import { BILLED, type LimitName, marginalPrice, PRICES, PRODUCTS, usageOf } from './prices.ts';

const CENT = 0.01;
/** Dollars: with cents below a hundred, with thousands separated above. */
export function dollars(amount: number): string {
  if (amount === 0) return '0';
  if (amount < CENT / 2) return '<0.01';
  return amount < 100 ? amount.toFixed(2) : Math.round(amount).toLocaleString('en-US');
}

/** A number with two or three significant digits. */
export function short(amount: number): string {
  if (amount === 0) return '';
  if (amount >= 100) return Math.round(amount).toLocaleString('en-US');
  return String(Number(amount.toPrecision(2)));
}

/** What one of each operation asks of the platform, and the cost of a million after the included amounts are used up. */
export function operationsTable({ operations }: Counted, fleet: Fleet): string {
  return pageTable(Object.entries(operations) as [OperationName, Counts][], [
    ['operation', ([name]) => OPERATIONS[name]],
    ['Worker', ([, once]) => short(once.workerRequests)],
    ['object', ([, once]) => short(once.objectRequests)],
    ['its rows r/w', ([, once]) => pair(once.objectRowsRead, once.objectRowsWritten)],
    ['D1', ([, once]) => short(once.d1Queries)],
    ['rows r/w', ([, once]) => pair(once.d1RowsRead, once.d1RowsWritten)],
    ['queue', ([, once]) => short(once.queueOperations)],
    ['R2 A/B', ([, once]) => pair(once.r2ClassA, once.r2ClassB)],
    ['cache', ([, once]) => short(once.cacheMatches + once.cachePuts)],
    ['logs', ([, once]) => short(once.infoLines + once.otherLines)],
    ['$ a million', ([, once]) => dollars(marginalPrice(usageOf(once, fleet)) * 1e6)],
  ]);
}

function pair(a: number, b: number): string {
  return a + b === 0 ? '' : `${short(a) || 0}/${short(b) || 0}`;
}

/** Dollars per month by operation and product, without zeros. */
export function billTable({ bill, products, total }: Estimate): string {
  const lines = [...bill]
    .filter(([, amounts]) => sumOf(amounts) >= CENT / 2)
    .sort(([, a], [, b]) => sumOf(b) - sumOf(a))
    .map(([name, amounts]) => ({ name, amounts, all: dollars(sumOf(amounts)) }));
  const together = `**together**, with the plan's ${PRICES.plan.perMonth}`;
  return pageTable(
    [...lines, { name: together, amounts: products, all: `**${dollars(total)}**` }],
    [
      ['operation', ({ name }) => name],
      ...PRODUCTS.map(
        (product) => [product, ({ amounts }: (typeof lines)[number]) => dollars(amounts.get(product) ?? 0)] as const,
      ),
      ['all', ({ all }) => all],
    ],
  );
}

/** What each fleet needs of each limit, as a share of it, and at which size the growing fleet reaches it. */
export function limitsTable(fleets: Readonly<Record<string, Fleet>>, counted: Counted): string {
  const all = Object.entries(fleets).map(([name, fleet]) => ({
    name,
    needs: needsOf(fleet, counted),
    met: new Map(metInOrder(fleet, counted).map((met) => [met.name, met.devices])),
  }));
  const first = (name: LimitName) => Math.min(...all.map(({ met }) => met.get(name) ?? Number.POSITIVE_INFINITY));
  return pageTable(
    [...LIMITS].sort((a, b) => first(a) - first(b)),
    [
      ['limit', (name) => PRICES.limits[name].what],
      ['of', (name) => PRICES.limits[name].limit.toLocaleString('en-US')],
      ...all.map(({ name, needs }) => [name, (of: LimitName) => percent(needs[of] / PRICES.limits[of].limit)] as const),
      ...all.map(
        ({ name, met }) =>
          [`${name}: met at devices`, (of: LimitName) => (met.has(of) ? rounded(met.get(of) ?? 0) : 'never')] as const,
      ),
    ],
  );
}

/** The sum over products. */
export function sumOf(amounts: ReadonlyMap<string, number>): number {
  return [...amounts.values()].reduce((all, amount) => all + amount, 0);
}

/** A share in whole percent. */
export function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1 %' : `${Math.round(share * 100).toLocaleString('en-US')} %`;
}

/** A number with two significant digits, for figures that are not known more exactly. */
export function rounded(devices: number): string {
  return Number(devices.toPrecision(2)).toLocaleString('en-US');
}

/** A fleet's numbers, each with its option. */
export function fleetTable(fleet: Fleet): string {
  const ways = Object.entries(WAYS).map(([way, what]) => `\`${way}\`: ${what}`);
  const numbers = Object.entries(FLEET).map(([name, [, is]]) => ({ name, value: fleet[name as keyof Fleet], is }));
  return pageTable(
    [{ name: 'live', value: fleet.live, is: ways.join('; ') }, ...numbers],
    [
      ['option', ({ name }) => `\`--${optionOf(name)}\``],
      ['value', ({ value }) => value],
      ['is', ({ is }) => is],
    ],
  );
}

/** `cachesPerDevice` -> `caches-per-device`, `share304` -> `share-304`. */
export function optionOf(name: string): string {
  return name.replaceAll(/[A-Z]|\d{3}/g, (part) => `-${part.toLowerCase()}`);
}

/** The price list. */
export function pricesTable(): string {
  return pageTable(BILLED, [
    ['what', (name) => `\`${name}\``],
    ['product', (name) => PRICES.prices[name].product],
    ['$', (name) => PRICES.prices[name].price],
    ['each', (name) => PRICES.prices[name].per.toLocaleString('en-US')],
    ['included a month', (name) => PRICES.prices[name].included.toLocaleString('en-US')],
    ['source', (name) => `<${PRICES.prices[name].source}>`],
  ]);
}
