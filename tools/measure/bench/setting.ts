/** What is compared: the service and the Worker of the floors, built and started in the same way. */

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildWorker } from '../harness/build-worker.ts';
import { LocalWorker } from '../harness/local-worker.ts';
import { type OriginProcess, startOrigin } from './origin-process.ts';

/** Paths of the two built scripts, and the origin of both. */
export interface Setting {
  service: string;
  floor: string;
  origin: OriginProcess;
}

/** The service and the Worker of the floor, each in workerd with its own stores. */
export interface Pair {
  service: LocalWorker;
  floor: LocalWorker;
  originUrl: string;
}

/** Builds both and starts the origin; ends the origin when the work is done. */
export async function withSetting<Result>(work: (setting: Setting) => Promise<Result>): Promise<Result> {
  const service = await buildWorker();
  const floor = await buildWorker('tools/measure/bench/floors/index.ts');
  const origin = await startOrigin();
  try {
    return await work({ service, floor, origin });
  } finally {
    origin.stop();
    for (const script of [service, floor]) rmSync(dirname(script), { recursive: true });
  }
}

/**
 * Starts both with empty stores, and ends them when the work is done. Without consumers, the queues take messages but
 * deliver none.
 */
export async function withPair<Result>(
  { service: script, floor: floorScript, origin }: Setting,
  { consumes, vars = {} }: { consumes: boolean; vars?: Record<string, string> },
  work: (pair: Pair) => Promise<Result>,
): Promise<Result> {
  const more = consumes ? {} : { queueConsumers: {} };
  await using started = new AsyncDisposableStack();
  const start = async (path: string) => {
    const worker = await LocalWorker.start({ script: path, vars, more });
    started.defer(() => worker.stop());
    return worker;
  };
  return await work({ service: await start(script), floor: await start(floorScript), originUrl: origin.url });
}
