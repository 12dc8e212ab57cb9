/**
 * CPU of questions about many caches, of their items and records, and of opening sockets (count-cpu.ts says how it is
 * measured).
 */

import { ITEMS, SYNC_CACHES } from './count-syncs.ts';
import { LiveDevice } from './live-device.ts';
import type { OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, type Item, type Scene } from './scene.ts';

/** Repetitions. */
const HOT = 200;
const COLD = 25;
const SIDE_BY_SIDE = 8;
/** Devices whose records leave together, and how often. */
const TOGETHER = 40;
const RECORDS = 3;
const NOTED_ANEW_MS = 61_000;

/** ms by operation, with local stores. */
export async function wholeSyncCpu(scene: Scene): Promise<Partial<Record<OperationName, number>>> {
  const { service } = scene;
  const all = await scene.loaded(SYNC_CACHES, Math.max(...ITEMS));
  const ms: Partial<Record<OperationName, number>> = {};
  const hot = (items: readonly Item[]) => service.cpuMs(() => scene.sync(items), HOT, SIDE_BY_SIDE);
  const putForward = (passedMs: number) => service.putClockForward(passedMs);
  const forward = await service.cpuMs(() => putForward(ENTRY_CACHE_MS + 1), COLD);
  for (const count of ITEMS) {
    const items = all.slice(0, count);
    const current = await hot(items);
    const ranOut = () => putForward(ENTRY_CACHE_MS + 1).then(() => scene.sync(items));
    ms[`sync${count}`] = current;
    ms[`syncLookUp${count}`] = more(await service.cpuMs(ranOut, COLD), current + forward);
    const device = (at: number) => scene.sync(items, { headers: { 'X-Device-Id': `held-${at}` } });
    const together = async () => {
      await putForward(NOTED_ANEW_MS);
      await Promise.all(Array.from({ length: TOGETHER }, (_device, at) => device(at)));
    };
    ms[`syncRecord${count}`] = more((await service.cpuMs(together, RECORDS)) / TOGETHER, current);
  }
  const [had] = all;
  const n = SYNC_CACHES;
  await scene.load('steady', n, true);
  const one = ms.sync1 ?? 0;
  ms.syncTable = more(await hot([{ n }]), one);
  ms.syncDelta = more(await hot([{ ...had, n }]), one);
  ms.ticket = await service.cpuMs(() => LiveDevice.ticket(service, 'alice'), HOT, SIDE_BY_SIDE);
  return ms;
}

function more(all: number, known: number): number {
  return Math.max(0, all - known);
}
