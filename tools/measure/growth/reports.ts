/** What the runs found, as JSON beside the documentation: the page is made from it. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';

/** Tells how far a run has got. */
export type Tell = (line: string) => void;

/** Where the reports and the pictures lie. */
export const FOLDER = join(PROJECT, 'docs/growth');

/** What a run found, when and on what machine. */
export interface Report<Result> {
  /** Begin of the run, ISO 8601. */
  at: string;
  processors: string;
  /** Mean of the processes that ran or wanted to in the minute before: what else the machine did. */
  loadBefore: number;
  seconds: number;
  results: Result[];
}

/** Runs a measurement and keeps its report. */
export async function report<Result>(name: string, measure: () => Promise<Result[]>): Promise<void> {
  const begun = Date.now();
  const all = cpus();
  const about = {
    at: new Date(begun).toISOString(),
    processors: `${all.length} × ${all[0]?.model ?? 'unknown'}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  const results = await measure();
  const kept: Report<Result> = { ...about, seconds: Math.round((Date.now() - begun) / 1000), results };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(kept, null, 2)}\n`);
}

/** The report of the last run; null: there was none. */
export function readReport<Result>(name: string): Report<Result> | null {
  const file = fileOf(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report<Result>) : null;
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}.json`);
}
