/** The service and a floor, started alike. */

import { LocalWorker } from '../harness/local-worker.ts';
import type { Pair } from './operations/operation.ts';

/** Starts both with empty stores; without consumers the queues take messages and nobody gets them. `vars` are settings. */
export async function startPair(
  scripts: { service: string; floor: string; originUrl: string },
  consumes: boolean,
  vars: Record<string, string> = {},
): Promise<Pair> {
  const more = consumes ? {} : { queueConsumers: {} };
  const service = await LocalWorker.start({ script: scripts.service, vars, more });
  try {
    return {
      service,
      floor: await LocalWorker.start({ script: scripts.floor, vars, more }),
      originUrl: scripts.originUrl,
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** Ends both. */
export async function stopPair({ service, floor }: Pair): Promise<void> {
  await Promise.all([service.stop(), floor.stop()]);
}
