/**
 * `npm run bench`: what each operation costs beside its floor, the smallest Worker that makes the same calls
 * (scripts/bench/floors/). Both run built, in workerd without a proxy before it, under the load of wrk.
 *
 *   npm run bench -- [--ops list,rpc-304] [--connections 16,256] [--seconds 3] [--rounds 5] [--warmup 2]
 *                    [--patience 30] [--json]
 *
 * Progress goes to stderr. `--patience`: how long a noisy machine is waited for before each measurement, s.
 */

import { join } from 'node:path';
import { compare } from './bench/compare.ts';
import { buildWorker } from './bench/lib/build-worker.ts';
import { startOrigin } from './bench/lib/origin-process.ts';
import { demandWrk } from './bench/load/wrk.ts';
import { OPERATIONS } from './bench/operations/index.ts';
import { readOptions } from './bench/options.ts';
import { comparedTable } from './bench/report.ts';

const FLOORS = join(import.meta.dirname, 'bench/floors/index.ts');

const options = readOptions(process.argv.slice(2));
await demandWrk();
const chosen = choose(options.ops);
const tell = (line: string) => console.error(`… ${line}`);
tell('building the service and its floors');
const service = await buildWorker();
const floor = await buildWorker(FLOORS);
const origin = await startOrigin();
const setting = { service, floor, originUrl: origin.url };
const lines = [];
try {
  for (const operation of chosen) lines.push(...(await compare(operation, setting, { ...options, tell })));
} finally {
  origin.stop();
}
console.log(options.json ? JSON.stringify({ options, operations: lines }, null, 2) : comparedTable(lines));
process.exitCode = lines.some(({ errors, wrong }) => errors + wrong > 0) ? 1 : 0;

function choose(names: readonly string[] | null) {
  const known = Object.keys(OPERATIONS);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no operation "${unknown}"; there are ${known.join(', ')}.`);
  return Object.entries(OPERATIONS).flatMap(([name, operation]) =>
    (names?.includes(name) ?? true) ? [operation] : [],
  );
}
