/**
 * `npm run cost`: counts what each operation asks of the platform, on the running service, and prices a fleet's month with a copy of
 * the platform's price list (tools/measure/cost/prices.json).
 */

import { readCommandLine } from '../../scripts/lib/command-line.ts';
import { countOperations } from './cost/count-operations.ts';
import { readCounted, writeCounted } from './cost/counted-file.ts';
import { estimate } from './cost/estimate.ts';
import { FLEET, type Fleet, fleetOf, WAYS, type Way } from './cost/fleet.ts';
import { metInOrder, needsOf } from './cost/limits.ts';
import { scalePage } from './cost/page.ts';
import { PRICES } from './cost/prices.ts';
import { billTable, dollars, fleetTable, limitsTable, operationsTable, optionOf } from './cost/tables.ts';
import { progress, writePage } from './harness/reports.ts';

const tell = progress();
const numbers = Object.keys(FLEET) as (keyof typeof FLEET)[];
const USAGE = `Usage: npm run cost [-- options of the fleet] [--counted] [--write] [--json]
  --counted  uses the counts of docs/scale/counted.json; counting anew takes some minutes
  --write    stores the counts there, and writes docs/scale.md
  --json     prints everything as JSON
  --help     prints this text
It counts what each operation asks of the platform, and prices a month of a fleet. Options of the fleet, and their defaults:

${fleetTable(fleetOf())}`;

const { values } = readCommandLine(USAGE, {
  options: {
    ...Object.fromEntries(numbers.map((name) => [optionOf(name), { type: 'string' as const }])),
    live: { type: 'string', default: 'poll' },
    counted: { type: 'boolean' },
    write: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});

await run(fleetOf({ ...toldNumbers(), live: toldWay() }));

async function run(fleet: Fleet): Promise<void> {
  const counted = values.counted ? readCounted() : await countOperations(tell);
  if (values.write) {
    writeCounted(counted);
    writePage('docs/scale.md', scalePage(readCounted()));
    tell('docs/scale.md is written');
  }
  const month = estimate(fleet, counted);
  if (values.json) {
    const { bill, products, ...rest } = month;
    const byOperation = Object.fromEntries([...bill].map(([name, amounts]) => [name, Object.fromEntries(amounts)]));
    const limits = { needs: needsOf(fleet, counted), met: metInOrder(fleet, counted) };
    const told = { ...rest, byOperation, byProduct: Object.fromEntries(products), limits, counted, prices: PRICES };
    console.log(JSON.stringify(told, null, 2));
    return;
  }
  console.log(`\nWhat one of each operation asks of the platform\n\n${operationsTable(counted, fleet)}`);
  console.log(`\nDollars a month, for ${fleet.devices.toLocaleString('en-US')} devices\n\n${billTable(month)}`);
  const { delivery, all } = month.aMillionHours;
  console.log(
    `\nDollars for a million hours of a device, nothing included: ${dollars(delivery)} for what is new to it,`,
  );
  console.log(`${dollars(all)} with loads, refreshes, lists and what is stored.`);
  console.log(`\nThe platform's limits, in the busiest second\n\n${limitsTable({ [fleet.live]: fleet }, counted)}`);
}

/** @throws Error */
function toldWay(): Way {
  const told = String(values.live);
  if (!(told in WAYS)) throw new Error(`--live must be one of ${Object.keys(WAYS).join(', ')}.`);
  return told as Way;
}

/** @throws Error that names the option */
function toldNumbers(): Partial<Fleet> {
  const told: Partial<Fleet> = {};
  for (const name of numbers) {
    const text = (values as Record<string, unknown>)[optionOf(name)];
    if (text === undefined) continue;
    const number = Number(text);
    if (!Number.isFinite(number) || number < 0) throw new Error(`--${optionOf(name)} must be a number, not below 0.`);
    told[name] = number;
  }
  return told;
}
