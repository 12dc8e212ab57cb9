/** What the attack campaign (test/worker/attacks) tried, counted by running its tests. */

import { basename } from 'node:path';
import { runTests } from '../harness/vitest.ts';

/** One group of attacks. */
export interface AttackRow {
  /** File of the tests, and their heading. */
  file: string;
  attack: string;
  tried: number;
  failed: number;
}

/** Runs the campaign with this many random requests, and counts the attacks. */
export function runAttacks(fuzzRuns: number): AttackRow[] {
  const { files } = runTests(['--project', 'worker', 'test/worker/attacks'], { FUZZ_RUNS: String(fuzzRuns) });
  const rows = new Map<string, AttackRow>();
  for (const { name, assertionResults } of files) {
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
