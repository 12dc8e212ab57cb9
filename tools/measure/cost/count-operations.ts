/** Counts every operation on the running service, one after the other. */

import { Origin } from '../harness/origin.ts';
import { countFreshening, countHub, countOpening, countPokes, HUBS } from './count-live.ts';
import { countAlarms, countLists, countPurge, countTasks } from './count-loads.ts';
import { countReads, countRecords } from './count-reads.ts';
import { countSizes } from './count-sizes.ts';
import { countItems, countNews, countSyncRecords, countSyncs } from './count-syncs.ts';
import { countWebhooks, HOOK_SECRET } from './count-webhooks.ts';
import { CountedService } from './counted-service.ts';
import type { Counts } from './counts.ts';
import type { Counted, OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, Scene } from './scene.ts';
import { TableOrigin } from './table-origin.ts';

/** `tell` is called for each step. */
export async function countOperations(tell: (step: string) => void): Promise<Counted> {
  tell('building the service, with counted bindings');
  const settings = { ENTRY_CACHE_MS: String(ENTRY_CACHE_MS), LIVE_SHARDS: String(HUBS), LOG_SAMPLE: '1' };
  const service = await CountedService.start({ ...settings, ...HOOK_SECRET });
  const table = new TableOrigin();
  const origin = await Origin.start(table.listener);
  try {
    return await countAll(await Scene.set(service, table, origin.url), tell);
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
  const records = await countRecords(scene, reads);
  Object.assign(operations, reads, records);
  operations.cron = await service.count(() => service.cron());
  tell('questions about many caches, and what they leave');
  const syncs = await countSyncs(scene);
  const items = await countItems(scene, syncs);
  Object.assign(operations, syncs, items, await countNews(scene));
  Object.assign(operations, await countSyncRecords(scene, records));
  Object.assign(operations, await countLive(scene, { ...syncs, ...items }, tell));
  tell('webhooks');
  Object.assign(operations, await countWebhooks(scene));
  tell('sizes of rows, objects and blobs');
  return { date: new Date().toISOString().slice(0, 10), operations, sizes: await countSizes(scene) };
}

async function countLive(
  scene: Scene,
  syncs: Record<'sync1' | 'sync10' | 'syncLookUp1' | 'syncAsk', Counts>,
  tell: (step: string) => void,
): Promise<Partial<Record<OperationName, Counts>>> {
  tell('live sockets, opened and told');
  const { counted, devices } = await countOpening(scene, syncs);
  const [device] = devices;
  const told = await countPokes(scene, devices);
  tell('watched caches that expire');
  const fresh = await countFreshening(scene, devices, { ...syncs, ...counted });
  tell('a hub that sleeps, 24 s');
  const hub = await countHub(scene, device, counted);
  for (const each of devices) each.close();
  return { ...counted, ...told, ...fresh, ...hub };
}
