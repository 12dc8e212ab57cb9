/** Runs one suite of suites.ts and counts what passed. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from '../lib/wrangler.ts';
import type { Projects, Suite } from './suites.ts';

/** How many tests passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a suite came to. */
export interface Outcome {
  counts: Counts;
  /** What it printed; empty where that was shown as it came. */
  output: string;
}

/** How suites are run. */
export interface RunOptions {
  /** Besides the environment of this process. */
  env: Readonly<Record<string, string>>;
  /** Shows what is printed as it comes; else it is handed back, so that suites side by side do not mix their lines. */
  live: boolean;
}

/** Runs a suite to its end. */
export function runSuite(suite: Suite, options: RunOptions): Promise<Outcome> {
  return suite.kind === 'check' ? runCheck(suite.command, options) : runProjects(suite, options);
}

async function runCheck(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const { code, output } = await run(command, options);
  return { counts: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, output };
}

async function runProjects({ projects }: Projects, options: RunOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'));
  const report = join(folder, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const chosen = projects.map((name) => `--project=${name}`);
  const { code, output } = await run(['vitest', 'run', ...chosen, ...reporters], options);
  const counts = readReport(report);
  rmSync(folder, { recursive: true });
  // A file that cannot be loaded, or an error outside of tests, fails the run without a failed test.
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  return { counts: { ...counts, failed }, output };
}

function readReport(path: string): Counts {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    return {
      passed: report.numPassedTests ?? 0,
      failed: report.numFailedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function run(
  [program = '', ...args]: readonly string[],
  options: RunOptions,
): Promise<{ code: number; output: string }> {
  const child = spawn(join(PROJECT, 'node_modules/.bin', program), args, {
    cwd: PROJECT,
    env: { ...offlineEnv(), ...options.env },
    stdio: ['ignore', options.live ? 'inherit' : 'pipe', options.live ? 'inherit' : 'pipe'],
  });
  const pieces: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr?.on('data', (piece: Buffer) => pieces.push(piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(pieces).toString() }));
  });
}
