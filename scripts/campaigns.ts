/**
 * `npm run campaigns`: the short forms of all campaigns again and again, each time with another seed (`RUNS`, default 10):
 * they must pass every time. Writes `docs/reliability/short-forms.json`; `npm run reliability` makes its table of it.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from './lib/wrangler.ts';
import { writeReport } from './soak/reports.ts';

/** One run of all short forms. */
export interface ShortFormsRow {
  seed: number;
  passed: number;
  failed: number;
  /** Sum of what the files took. */
  seconds: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { startTime: number; endTime: number }[];
}

const FILES = [
  'test/worker/faults',
  'test/worker/attacks',
  'test/property/task-machine-explorer.test.ts',
  'test/property/pages.test.ts',
  'test/property/changes.test.ts',
  'test/property/read-xml.test.ts',
  'test/e2e/kill.test.ts',
];
const DEFAULT_RUNS = 10;

const folder = mkdtempSync(join(tmpdir(), 'freshet-campaigns-'));
const rows: ShortFormsRow[] = [];
for (let seed = 1; seed <= Number(process.env.RUNS ?? DEFAULT_RUNS); seed += 1) {
  rows.push(run(seed));
  writeReport('short-forms', rows);
}
rmSync(folder, { recursive: true });
console.table(rows);
process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0;

function run(seed: number): ShortFormsRow {
  const out = join(folder, `${seed}.json`);
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${out}`];
  const { status } = spawnSync(join(PROJECT, 'node_modules/.bin/vitest'), ['run', ...FILES, '--silent', ...reporters], {
    cwd: PROJECT,
    stdio: 'inherit',
    env: { ...offlineEnv(), TEST_SEED: String(seed) },
  });
  const told = JSON.parse(readFileSync(out, 'utf8')) as VitestReport;
  const ms = told.testResults.reduce((sum, { startTime, endTime }) => sum + endTime - startTime, 0);
  // A file that cannot be loaded fails the run without a failed test.
  const failed = status === 0 ? 0 : Math.max(told.numFailedTests, 1);
  return { seed, passed: told.numPassedTests, failed, seconds: Math.round(ms / 1000) };
}
