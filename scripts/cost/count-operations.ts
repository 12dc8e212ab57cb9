/** Counts every operation on the running service, one after the other. */

import { countCpu } from './count-cpu.ts';
import { countAlarms, countLists, countPurge, countTasks } from './count-loads.ts';
import { countLiveWait, countReads, countRecords } from './count-reads.ts';
import { countSizes } from './count-sizes.ts';
import { CountedService } from './counted-service.ts';
import type { Counts } from './counts.ts';
import type { Counted, OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, Scene } from './scene.ts';
import { TableOrigin } from './table-origin.ts';

/** `tell` hears of each step. */
export async function countOperations(tell: (step: string) => void): Promise<Counted> {
  tell('building the service, with counted bindings');
  const service = await CountedService.start({ ENTRY_CACHE_MS: String(ENTRY_CACHE_MS) });
  const origin = await TableOrigin.start();
  try {
    return await countAll(await Scene.set(service, origin), tell);
  } finally {
    await origin.stop();
    await service.stop();
  }
}

async function countAll(scene: Scene, tell: (step: string) => void): Promise<Counted> {
  const { service } = scene;
  tell('lists, refreshes, tasks');
  const operations: Partial<Record<OperationName, Counts>> = {
    ...(await countLists(scene)),
    ...(await countTasks(scene)),
  };
  tell('what loads and purges leave to alarms');
  Object.assign(operations, await countAlarms(scene), await countPurge(scene));
  tell('reads, and records of devices');
  const reads = await countReads(scene);
  Object.assign(operations, reads, await countRecords(scene, reads));
  operations.cron = await service.count(() => service.cron());
  tell('a read that waits for something newer, 30 s');
  const liveWait = await countLiveWait(scene);
  if (liveWait === null) tell('  it was answered at once: left out');
  else operations.liveWait = liveWait;
  tell('CPU, over some thousand repetitions');
  await countCpu(scene, operations);
  tell('sizes of rows, objects and blobs');
  return { date: new Date().toISOString().slice(0, 10), operations, sizes: await countSizes(scene) };
}
