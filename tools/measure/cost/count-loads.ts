/** Counts lists, states, refreshes, and the cost of loads from their task to their last alarm. */

import { addCounts, type Counts, counts, timesCounts } from './counts.ts';
import type { OperationName } from './operations.ts';
import type { Scene } from './scene.ts';

const HOUR_MS = 3_600_000;
/** Longer than ended tasks stay readable: afterwards an object's alarm has no work left. */
const ALL_ALARMS_MS = 9 * 24 * HOUR_MS;
const LISTED = 20;
/** Loads of one cache that share alarms, and the time between them. */
const LOADS = 4;
const BETWEEN_LOADS_MS = HOUR_MS / 4;

type Some<Name extends OperationName> = Promise<Record<Name, Counts>>;

/** Lists of 20 records of one device. */
export async function countLists(scene: Scene): Some<'list' | 'listExpanded'> {
  const { service } = scene;
  const user = 'lister';
  for (let n = 0; n < LISTED; n += 1) await scene.read('steady', n, { user, headers: { 'X-Device-Id': 'tablet' } });
  await service.quiet();
  return {
    list: await service.count(() => service.ask('cache/', { user })),
    listExpanded: await service.count(() => service.ask('cache/?expand=resource', { user })),
  };
}

/** Refreshes and their tasks, separated by holding the queue; the object is constructed again for each. */
export async function countTasks(
  scene: Scene,
): Some<'firstAsk' | 'taskFirst' | 'refreshHeld' | 'taskChanged' | 'refresh' | 'taskSame' | 'state'> {
  const { service } = scene;
  const n = 100;
  const apart = async (ask: () => Promise<unknown>) => {
    await service.hold();
    const asked = await service.count(ask);
    return { asked, task: await service.count(() => service.release()) };
  };
  const first = await apart(() => scene.read('orders', n, { headers: { Prefer: 'respond-async' } }));
  const object = await scene.objectOf('orders', n);

  await service.leave(object);
  scene.origin.change();
  const changed = await apart(() => scene.refresh('orders', n));

  await service.leave(object);
  let taskId = '';
  const same = await apart(async () => {
    taskId = await scene.refresh('orders', n, 'respond-async');
  });

  await service.leave(object);
  const state = await service.count(() => service.ask(`cache/state/?task_id=${taskId}`));
  return {
    firstAsk: first.asked,
    taskFirst: first.task,
    refreshHeld: changed.asked,
    taskChanged: changed.task,
    refresh: same.asked,
    taskSame: same.task,
    state,
  };
}

/** The work of alarms, per load of a cache that is loaded every quarter of an hour. */
export async function countAlarms(scene: Scene): Some<'alarmsChanged' | 'alarmsSame'> {
  const alarms = async (n: number, changed: boolean) => {
    await scene.load('orders', n, true);
    const object = await scene.objectOf('orders', n);
    await scene.service.passTime(object, ALL_ALARMS_MS);
    let sum = counts();
    for (let load = 1; load <= LOADS; load += 1) {
      await scene.load('orders', n, changed);
      const passedMs = load === LOADS ? ALL_ALARMS_MS : BETWEEN_LOADS_MS;
      sum = addCounts(sum, await scene.service.count(() => scene.service.passTime(object, passedMs)));
    }
    return timesCounts(sum, 1 / LOADS);
  };
  return { alarmsChanged: await alarms(101, true), alarmsSame: await alarms(102, false) };
}

/** A purge, which is answered when D1 has it, and the removal of its blobs. */
export async function countPurge(scene: Scene): Some<'purge'> {
  const { service } = scene;
  const n = 103;
  await scene.load('orders', n, true);
  const key = await scene.keyOf('orders', n);
  const object = await scene.objectOf('orders', n);
  await service.passTime(object, ALL_ALARMS_MS);
  const purge = async () => {
    await service.ask(`caches/${key}/`, { method: 'DELETE' });
    await service.passTime(object, HOUR_MS);
  };
  return { purge: await service.count(purge) };
}
