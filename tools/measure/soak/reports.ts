/** What the campaigns tell, as JSON beside the documentation. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from '../../../scripts/lib/wrangler.ts';

/** Where the runs' reports lie. */
const REPORTS = join(PROJECT, 'docs/reliability');

/** How many runs of a campaign of chance are kept. */
const MOST_RUNS = 5;

/** The report of one campaign; null: there is none. */
export function readReport<T>(name: string): T | null {
  const file = join(REPORTS, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null;
}

/** Adds a run to the last ones of a campaign. */
export function addRun(name: string, run: object): void {
  writeReport(name, [...(readReport<object[]>(name) ?? []), run].slice(-MOST_RUNS));
}

/** Keeps a run beside others of other names. */
export function addTo(name: string, run: string, report: object): void {
  writeReport(name, { ...readReport<Record<string, object>>(name), [run]: report });
}

/** Keeps the report of one campaign. */
export function writeReport(name: string, report: object): void {
  mkdirSync(REPORTS, { recursive: true });
  writeFileSync(join(REPORTS, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}

/** Runs tests of the `object` project that report rows (test/support/faults/report.ts); the rows, by table, and whether all passed. */
export function runReporting(...files: string[]): { tables: Map<string, object[]>; passed: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-reports-'));
  const run = spawnSync(
    join(PROJECT, 'node_modules/.bin/vitest'),
    ['run', '--silent', '--project', 'object', ...files],
    {
      cwd: PROJECT,
      stdio: 'inherit',
      env: { ...offlineEnv(), RELIABILITY_REPORTS: folder },
    },
  );
  const tables = new Map(readdirSync(folder).map((name) => [name.replace(/\.jsonl$/, ''), rowsIn(join(folder, name))]));
  rmSync(folder, { recursive: true });
  return { tables, passed: run.status === 0 };
}

/** The last row of each id. */
function rowsIn(file: string): object[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { id: string; row: object });
  return [...new Map(rows.map(({ id, row }) => [id, row])).values()];
}
