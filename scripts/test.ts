/** `npm test`: every check in order (CONTRACT 7). Ends with one line, `N passed, N failed`; exits with 1 if one failed. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from './lib/wrangler.ts';

interface Counts {
  passed: number;
  failed: number;
}

const report = join(mkdtempSync(join(tmpdir(), 'freshet-test-')), 'vitest.json');

const counts = [
  await check('types of the bindings', 'wrangler', 'types', 'src/worker-env.d.ts', '--check'),
  await check('types', 'tsc', '--noEmit'),
  await check('lint and format', 'biome', 'check', '--error-on-warnings'),
  await suites(),
];
rmSync(join(report, '..'), { recursive: true });

const total = (kind: keyof Counts): number => counts.reduce((sum, one) => sum + one[kind], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;

/** One check that passes or fails as a whole. */
async function check(heading: string, program: string, ...args: string[]): Promise<Counts> {
  const passed = (await run(heading, program, args)) === 0;
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** All projects of vitest.config.ts, counted by test. */
async function suites(): Promise<Counts> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('tests: pure modules, inside workerd, over HTTP', 'vitest', ['run', ...reporters]);
  const { numPassedTests: passed, numFailedTests: failed } = readReport();
  // A file that cannot be loaded, or an error outside tests, fails the run without a failed test.
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function readReport(): { numPassedTests: number; numFailedTests: number } {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 };
  }
}

function run(heading: string, program: string, args: readonly string[]): Promise<number> {
  console.log(`\n== ${heading}`);
  const child = spawn(join(PROJECT, 'node_modules/.bin', program), args, {
    cwd: PROJECT,
    env: offlineEnv(),
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
