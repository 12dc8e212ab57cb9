/** What the campaigns tell, as JSON beside the documentation. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from '../lib/wrangler.ts';

/** Where the runs' reports lie. */
export const REPORTS = join(PROJECT, 'docs/reliability');

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
