/**
 * `npm run campaigns`: runs the short forms of all campaigns repeatedly, each time with another seed: they must pass
 * every time.
 */

import { readCommandLine } from '../../scripts/lib/command-line.ts';
import { runTests } from './harness/vitest.ts';
import { RELIABILITY } from './soak/reports.ts';

/** One run of all short forms. */
export interface ShortFormsRow {
  seed: number;
  passed: number;
  failed: number;
  /** Sum of the files' durations. */
  seconds: number;
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

const USAGE = `Usage: npm run campaigns [-- --runs 10] [--dry]
  --runs  how often the short forms of all campaigns run, each time with another seed
  --dry   prints the results instead of writing docs/reliability/short-forms.json
  --help  prints this text`;

const { values } = readCommandLine(USAGE, {
  options: { runs: { type: 'string', default: '10' }, dry: { type: 'boolean' } },
});
const rows: ShortFormsRow[] = [];
for (let seed = 1; seed <= Number(values.runs); seed += 1) {
  rows.push(run(seed));
  if (!values.dry) RELIABILITY.write('short-forms', rows);
}
console.table(rows);
process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0;

function run(seed: number): ShortFormsRow {
  const { passed, files } = runTests(FILES, { TEST_SEED: String(seed) });
  const statuses = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const count = (wanted: string) => statuses.filter((status) => status === wanted).length;
  const ms = files.reduce((sum, { startTime, endTime }) => sum + endTime - startTime, 0);
  // A file that cannot be loaded fails the run without a failed test.
  const failed = passed ? 0 : Math.max(count('failed'), 1);
  return { seed, passed: count('passed'), failed, seconds: Math.round(ms / 1000) };
}
