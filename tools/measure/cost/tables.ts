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
  const rows = (Object.entries(operations) as [OperationName, Counts][]).map(([name, once]) => [
    OPERATIONS[name],
    short(once.workerRequests),
    short(once.objectRequests),
    pair(once.objectRowsRead, once.objectRowsWritten),
    short(once.d1Queries),
    pair(once.d1RowsRead, once.d1RowsWritten),
    short(once.queueOperations),
    pair(once.r2ClassA, once.r2ClassB),
    short(once.cacheMatches + once.cachePuts),
    short(once.infoLines + once.otherLines),
    dollars(marginalPrice(usageOf(once, fleet)) * 1e6),
  ]);
  const head = ['operation', 'Worker', 'object', 'its rows r/w', 'D1', 'rows r/w', 'queue', 'R2 A/B', 'cache', 'logs'];
  return pageTable([...head, '$ a million'], rows);
}

function pair(a: number, b: number): string {
  return a + b === 0 ? '' : `${short(a) || 0}/${short(b) || 0}`;
}

/** Dollars per month by operation and product, without zeros. */
export function billTable({ bill, products, total }: Estimate): string {
  const cells = (amounts: ReadonlyMap<string, number>) => PRODUCTS.map((product) => dollars(amounts.get(product) ?? 0));
  const lines = [...bill]
    .filter(([, amounts]) => sumOf(amounts) >= CENT / 2)
    .sort(([, a], [, b]) => sumOf(b) - sumOf(a));
  return pageTable(
    ['operation', ...PRODUCTS, 'all'],
    [
      ...lines.map(([name, amounts]) => [name, ...cells(amounts), dollars(sumOf(amounts))]),
      [`**together**, with the plan's ${PRICES.plan.perMonth}`, ...cells(products), `**${dollars(total)}**`],
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
    ['limit', 'of', ...all.map(({ name }) => name), ...all.map(({ name }) => `${name}: met at devices`)],
    [...LIMITS]
      .sort((a, b) => first(a) - first(b))
      .map((name) => {
        const { what, limit } = PRICES.limits[name];
        const shares = all.map(({ needs }) => percent(needs[name] / limit));
        const devices = all.map(({ met }) => (met.has(name) ? rounded(met.get(name) ?? 0) : 'never'));
        return [what, limit.toLocaleString('en-US'), ...shares, ...devices];
      }),
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
  return pageTable(
    ['option', 'value', 'is'],
    [
      [
        '`--live`',
        fleet.live,
        Object.entries(WAYS)
          .map(([way, what]) => `\`${way}\`: ${what}`)
          .join('; '),
      ],
      ...Object.entries(FLEET).map(([name, [, what]]) => [`\`--${optionOf(name)}\``, fleet[name as keyof Fleet], what]),
    ],
  );
}

/** `cachesPerDevice` -> `caches-per-device`, `share304` -> `share-304`. */
export function optionOf(name: string): string {
  return name.replaceAll(/[A-Z]|\d{3}/g, (part) => `-${part.toLowerCase()}`);
}

/** The price list. */
export function pricesTable(): string {
  return pageTable(
    ['what', 'product', '$', 'each', 'included a month', 'source'],
    BILLED.map((name) => {
      const { product, price, per, included, source } = PRICES.prices[name];
      return [
        `\`${name}\``,
        product,
        price,
        per.toLocaleString('en-US'),
        included.toLocaleString('en-US'),
        `<${source}>`,
      ];
    }),
  );
}
