/** The results of the runs, from which docs/growth.md is made. */

import { cpus, loadavg } from 'node:os';
import { Reports } from '../harness/reports.ts';

export const GROWTH = new Reports('docs/growth');

/** The result of a run, with its time and machine. */
export interface Report<Result> {
  /** Begin of the run, ISO 8601. */
  at: string;
  processors: string;
  /** Load average of the minute before: how busy the machine was with other work. */
  loadBefore: number;
  seconds: number;
  results: Result[];
}

/** Runs a measurement and stores its report. */
export async function report<Result>(name: string, measure: () => Promise<Result[]>): Promise<void> {
  const begun = Date.now();
  const all = cpus();
  const about = {
    at: new Date(begun).toISOString(),
    processors: `${all.length} × ${all[0]?.model ?? 'unknown'}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  const results = await measure();
  const seconds = Math.round((Date.now() - begun) / 1000);
  GROWTH.write(name, { ...about, seconds, results } satisfies Report<Result>);
}
