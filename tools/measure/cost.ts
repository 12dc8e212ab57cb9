/**
 * `npm run cost`: counts what each operation asks of the platform, on the running service, and prices a fleet's month with a copy of
 * the platform's price list (tools/measure/cost/prices.json).
 */

import { asksForHelp, refuseUsage } from '../../scripts/lib/command-line.ts';
import { countOperations } from './cost/count-operations.ts';
import { readCounted, writeCounted } from './cost/counted-file.ts';
import { estimate } from './cost/estimate.ts';
import { fleetOf } from './cost/fleet.ts';
import { metInOrder, needsOf } from './cost/limits.ts';
import { type CostOptions, readOptions } from './cost/options.ts';
import { scalePage } from './cost/page.ts';
import { PRICES } from './cost/prices.ts';
import { billTable, dollars, fleetTable, limitsTable, operationsTable } from './cost/tables.ts';
import { progress, writePage } from './harness/reports.ts';

const tell = progress();
const USAGE = `Usage: npm run cost [-- options of the fleet] [--counted] [--write] [--json]
  --counted  uses the counts of docs/scale/counted.json; counting anew takes some minutes
  --write    stores the counts there, and writes docs/scale.md
  --json     prints everything as JSON
  --help     prints this text
It counts what each operation asks of the platform, and prices a month of a fleet. Options of the fleet, and their defaults:

${fleetTable(fleetOf())}`;

if (asksForHelp(process.argv.slice(2))) console.log(USAGE);
else await run(toldOptions());

/** Ends the process if the options are wrong. */
function toldOptions(): CostOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return refuseUsage('npm run cost -- --help lists the options.', error);
  }
}

async function run({ fleet, ...told }: CostOptions): Promise<void> {
  const counted = told.counted ? readCounted() : await countOperations(tell);
  if (told.write) {
    writeCounted(counted);
    writePage('docs/scale.md', scalePage(readCounted()));
    tell('docs/scale.md is written');
  }
  const month = estimate(fleet, counted);
  if (told.json) {
    const { bill, products, delivery, ...rest } = month;
    const byOperation = Object.fromEntries([...bill].map(([name, amounts]) => [name, Object.fromEntries(amounts)]));
    const limits = { needs: needsOf(fleet, counted), met: metInOrder(fleet, counted) };
    const report = {
      ...rest,
      delivery: Object.fromEntries(delivery),
      byOperation,
      byProduct: Object.fromEntries(products),
      limits,
      counted,
      prices: PRICES,
    };
    console.log(JSON.stringify(report, null, 2));
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
