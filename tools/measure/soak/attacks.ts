/** What the attack campaign tried (test/worker/attacks), counted by the runs of its tests. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { offlineEnv, PROJECT } from '../../../scripts/lib/wrangler.ts';

/** One group of attacks. */
export interface AttackRow {
  /** File of the tests, and their heading. */
  file: string;
  attack: string;
  tried: number;
  failed: number;
}

interface VitestReport {
  testResults: { name: string; assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[];
}

/** Runs the campaign, with so many random requests, and counts. */
export function runAttacks(fuzzRuns: number): AttackRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-attacks-'));
  const out = join(folder, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${out}`];
  spawnSync(
    join(PROJECT, 'node_modules/.bin/vitest'),
    ['run', '--silent', '--project', 'worker', 'test/worker/attacks', ...reporters],
    {
      cwd: PROJECT,
      stdio: 'inherit',
      env: { ...offlineEnv(), FUZZ_RUNS: String(fuzzRuns) },
    },
  );
  const { testResults } = JSON.parse(readFileSync(out, 'utf8')) as VitestReport;
  rmSync(folder, { recursive: true });
  const rows = new Map<string, AttackRow>();
  for (const { name, assertionResults } of testResults) {
    const file = basename(name, '.test.ts');
    for (const { ancestorTitles, title, status } of assertionResults) {
      const attack = ancestorTitles[0] ?? title;
      const row = rows.get(`${file} ${attack}`) ?? { file, attack, tried: 0, failed: 0 };
      row.tried += file === 'fuzz' ? fuzzRuns : 1;
      row.failed += status === 'passed' ? 0 : 1;
      rows.set(`${file} ${attack}`, row);
    }
  }
  return [...rows.values()].toSorted((a, b) => a.file.localeCompare(b.file, 'en'));
}
