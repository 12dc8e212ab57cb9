/** The built Worker with its statements on D1 counted (counting-entry.ts): how it is built, and what it tells. */

import { buildWorker } from '../harness/build-worker.ts';
import type { LocalWorker } from '../harness/local-worker.ts';
import { jsonOf, send } from './client.ts';

/** What runs a statement: a client's request, the cache's object, the consumer of refreshes, the cron, a batch of records, another queue. */
export type Runner = 'request' | 'object' | 'load' | 'cron' | 'sync' | 'queue';
/** Rows that each statement read and wrote, as D1 tells it, by what ran it. */
export type Counted = Partial<Record<Runner, { read: number; written: number }[]>>;

/** The path of the script. @throws Error with wrangler's output */
export function buildCountingWorker(): Promise<string> {
  return buildWorker('tools/measure/growth/counting-entry.ts');
}

/** What was counted since it was last asked for. */
export async function takeCounted({ url }: LocalWorker): Promise<Counted> {
  return jsonOf<Counted>(await send(url, '/growth/counted'));
}
