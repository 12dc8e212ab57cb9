/**
 * `npm test`: every check (CONTRACT 7). `npm run test:all`: the same, plus the long forms and the checks that need
 * tools, which it installs. Ends with one line, `N passed, N failed, N skipped`, and exits with 1 if a check failed.
 * Checks that were skipped because something is missing are listed with the command that installs it; under `test:all`
 * or `CI` they count as failed.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from './lib/command-line.ts';
import { portsFolder } from './lib/free-ports.ts';
import { prepareService } from './lib/prepared-service.ts';
import { offlineEnv, PROJECT } from './lib/wrangler.ts';
import { memoryFolder } from './test/memory-folder.ts';
import { isThere, remedyFor, TOOL_FOLDERS } from './test/needs.ts';
import { type Counts, runSuite } from './test/run-suite.ts';
import { ALL, FIRST, LONG_FORMS, type Suite, USUAL } from './test/suites.ts';

const USAGE = `Usage: npm test
       npm run test:all
  npm test          every check: types, lint, format and tests, without a network
  npm run test:all  the same, with the long forms of the random tests, and the checks that need other people's tools,
                    which it installs in tools/
Both end with the line "N passed, N failed, N skipped". They accept no options except --help. For one file:
  npx vitest run --project worker test/worker/<name>.test.ts`;

const { all: isAll } = readCommandLine(USAGE, { options: { all: { type: 'boolean', default: false } } }).values;
const mustNotSkip = isAll || Boolean(process.env.CI);
const lanes = isAll ? ALL : USUAL;

if (isAll) for (const folder of TOOL_FOLDERS) install(folder);

const form = isAll ? LONG_FORMS : {};
const first = await runLane([FIRST], { env: form, live: true });

// The long forms also test with stores on a disk.
const memory = isAll ? null : memoryFolder();
const folder = memory ?? mkdtempSync(join(tmpdir(), 'freshet-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
console.log('\n== the service that tests start: built once for all of them');
const env = {
  ...form,
  ...(await prepareService(join(folder, 'prepared'))),
  ...(memory === null ? {} : { TMPDIR: memory, PORTS_DIR: portsFolder() }),
};
const counts = [
  ...first,
  ...(await Promise.all(lanes.map((lane, at) => runLane(lane, { env, live: at === 0 })))).flat(),
];

const suites = lanes.flat();
const needs = new Set(suites.flatMap((suite) => (suite.kind === 'vitest' ? suite.needs : [])));
for (const need of needs) {
  if (!isThere(need)) console.log(`\nmissing: ${need}. Its tests were skipped; to run them: ${remedyFor(need)}`);
}
for (const failure of counts.flatMap((one) => one.failures)) console.log(`\nfailed: ${failure}`);
const total = (kind: 'passed' | 'failed' | 'skipped'): number => counts.reduce((sum, one) => sum + one[kind], 0);
const skipped = total('skipped');
const failed = total('failed') + (mustNotSkip ? skipped : 0);
if (mustNotSkip && skipped > 0) console.log(`\n${skipped} skipped tests count as failed here.`);
console.log(
  `\n${total('passed')} passed, ${failed} failed${mustNotSkip || skipped === 0 ? '' : `, ${skipped} skipped`}`,
);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * Runs the suites of a lane one after the other. Only one lane prints its output live; the other lanes print theirs
 * when a suite has ended.
 */
async function runLane(
  lane: readonly Suite[],
  options: { env: Record<string, string>; live: boolean },
): Promise<Counts[]> {
  const results: Counts[] = [];
  for (const suite of lane) {
    const startedAt = Date.now();
    console.log(`\n== ${suite.name}${options.live ? '' : ': runs in parallel; its output follows when it ends'}`);
    const { counts, output } = await runSuite(suite, options);
    if (!options.live) console.log(`\n== ${suite.name}, ${Math.round((Date.now() - startedAt) / 1000)} s\n${output}`);
    results.push(counts);
  }
  return results;
}

function install(folder: string): void {
  console.log(`\n== tools: npm ci in ${folder}`);
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], {
    cwd: PROJECT,
    stdio: 'inherit',
    env: offlineEnv(),
  });
  if (status !== 0) console.log(`npm ci failed in ${folder}: what needs it is skipped, and counts as failed`);
}
