/**
 * `npm run bench`: compares the cost of each operation with its floor, the smallest Worker that makes the same calls
 * (tools/measure/bench/floors/), and measures some other figures (tools/measure/bench/parts/). Everything runs built,
 * in workerd without a proxy in front; wrk makes the load.
 */

import { type Compared, compare } from './bench/compare.ts';
import { demandWrk } from './bench/load/wrk.ts';
import { OPERATIONS } from './bench/operations/index.ts';
import { OPTIONS, readOptions } from './bench/options.ts';
import { PARTS } from './bench/parts/index.ts';
import type { Figure } from './bench/parts/part.ts';
import { comparedTable, figureTable } from './bench/report.ts';
import { withSetting } from './bench/setting.ts';
import { describeMachine } from './harness/machine.ts';
import { paragraphs } from './harness/markdown.ts';
import { progress } from './harness/reports.ts';

const NAMES = [...Object.keys(OPERATIONS), ...Object.keys(PARTS)];
const USAGE = `Usage: npm run bench [-- --ops list,rpc-304] [options]
  --ops          what is measured; default: all of ${NAMES.join(', ')}
${OPTIONS}
Progress goes to stderr. The stores are in the system's temporary folder: TMPDIR=/dev/shm puts them in memory, where no
disk distorts the comparison.`;

const options = readOptions(USAGE, NAMES);
const plan = { ...options, tell: progress() };
const operations: Compared[] = [];
const figures: Figure[] = [];
const failed: string[] = [];

await demandWrk();
plan.tell('building the service and its floors');
await withSetting(async (setting) => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    await attempt(name, async () => operations.push(...(await compare(operation, setting, plan))));
  }
  for (const [name, part] of Object.entries(PARTS)) {
    await attempt(name, async () => figures.push(...(await part(setting, plan))));
  }
});

const { ops: _ops, ...told } = options;
const machine = describeMachine();
if (options.json) console.log(JSON.stringify({ machine, options: told, operations, figures, failed }, null, 2));
else console.log(paragraphs([machine, comparedTable(operations), figureTable(figures), ...failed]));
process.exitCode = failed.length > 0 || operations.some(({ errors, wrong }) => errors + wrong > 0) ? 1 : 0;

/** Measures what was chosen; a failure is reported, and the rest is still measured. */
async function attempt(name: string, work: () => Promise<unknown>): Promise<void> {
  if (!options.ops.has(name)) return;
  try {
    await work();
  } catch (error) {
    failed.push(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    plan.tell(failed.at(-1) ?? '');
  }
}
