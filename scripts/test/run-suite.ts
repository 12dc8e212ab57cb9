/** Runs one suite of suites.ts and counts what passed. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { offlineEnv, PROJECT } from '../lib/wrangler.ts';
import type { Projects, Suite } from './suites.ts';

/** How many tests passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /**
   * Failed tests by file and name. They are repeated in the last lines of a run, because the rest is thousands of
   * lines.
   */
  failures: readonly string[];
}

/** The result of a suite. */
export interface Outcome {
  counts: Counts;
  /** Its output; empty if that was printed live. */
  output: string;
}

/** How to run suites. */
export interface RunOptions {
  /** In addition to the environment of this process. */
  env: Readonly<Record<string, string>>;
  /** Prints the output live. Otherwise the output is returned, so that the lines of parallel suites do not mix. */
  live: boolean;
}

/** Runs a suite to its end. */
export function runSuite(suite: Suite, options: RunOptions): Promise<Outcome> {
  return suite.kind === 'check' ? runCheck(suite.command, options) : runProjects(suite, options);
}

async function runCheck(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const { code, output } = await run(command, options);
  const failures = code === 0 ? [] : [command.join(' ')];
  return { counts: { passed: code === 0 ? 1 : 0, failed: failures.length, skipped: 0, failures }, output };
}

async function runProjects({ projects }: Projects, options: RunOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-test-'));
  const report = join(folder, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const chosen = projects.map((name) => `--project=${name}`);
  const { code, output } = await run(['vitest', 'run', ...chosen, ...reporters], options);
  const counts = readReport(report);
  rmSync(folder, { recursive: true });
  if (code === 0 || counts.failed > 0) return { counts, output };
  // An error outside of tests fails the run without a failed test.
  const failures =
    counts.failures.length > 0 ? counts.failures : [`${chosen.join(' ')}: an error outside of its tests`];
  return { counts: { ...counts, failed: 1, failures }, output };
}

/** The members of vitest's JSON report that are read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

function readReport(path: string): Counts {
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  const report: Report = JSON.parse(readFileSync(path, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(failuresOf),
  };
}

function failuresOf({ name, status, assertionResults }: Report['testResults'][number]): string[] {
  const file = relative(PROJECT, name);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  // A file that cannot be loaded has no tests.
  if (failed.length === 0) return status === 'failed' ? [file] : [];
  return failed.map(({ fullName }) => `${file} > ${fullName}`);
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
