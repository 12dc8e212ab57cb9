/** Runs tests that report what they tried. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from '../../../scripts/lib/wrangler.ts';

/** The result of one run. */
export interface TestRun {
  passed: boolean;
  /** Vitest's own report, by file. */
  files: { name: string; startTime: number; endTime: number; assertionResults: TestResult[] }[];
  /** Rows that tests reported (test/support/faults/report.ts), by table. */
  tables: Map<string, object[]>;
}

interface TestResult {
  ancestorTitles: string[];
  title: string;
  status: string;
}

/** Runs vitest with the arguments and shows its output. @throws Error if it gives no report */
export function runTests(args: readonly string[], env: Record<string, string> = {}): TestRun {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-tests-'));
  const rows = join(folder, 'rows');
  const out = join(folder, 'vitest.json');
  mkdirSync(rows);
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${out}`];
    const { status } = spawnSync(
      join(PROJECT, 'node_modules/.bin/vitest'),
      ['run', '--silent=true', ...args, ...reporters],
      {
        cwd: PROJECT,
        stdio: 'inherit',
        env: { ...offlineEnv(), ...env, RELIABILITY_REPORTS: rows },
      },
    );
    const { testResults: files } = JSON.parse(readFileSync(out, 'utf8')) as { testResults: TestRun['files'] };
    return { passed: status === 0, files, tables: tablesIn(rows) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The last row of each id. */
function tablesIn(folder: string): Map<string, object[]> {
  const tables = readdirSync(folder).map((name) => {
    const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as { id: string; row: object });
    const last = new Map(rows.map(({ id, row }) => [id, row]));
    return [name.replace(/\.jsonl$/, ''), [...last.values()]] as [string, object[]];
  });
  return new Map(tables);
}
