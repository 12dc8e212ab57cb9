/**
 * CPU of operations: the figure in /proc for the process in which Worker, objects and local stores run, divided by
 * repetitions, minus
 * the cost of bare calls of the same stores. A rough figure, valid on this machine only: it still includes workerd's
 * HTTP, the work of
 * objects, and the counting itself.
 */

import { wholeSyncCpu } from './count-sync-cpu.ts';
import type { Counts } from './counts.ts';
import type { OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, type Scene } from './scene.ts';

/** The cache that is loaded repeatedly. */
export const CPU_CACHE = 300;
/** Repetitions of quick operations, and how many run in parallel; repetitions of sequential ones. */
const READS = 400;
const SIDE_BY_SIDE = 8;
const LOADS = 50;
/** Repetitions of READS reads whose records leave together. */
const RECORDS = 5;

type Operations = Partial<Record<OperationName, Counts>>;

/** Sets the CPU of each counted operation; one that cannot be repeated quickly is added up from others. */
export async function countCpu(scene: Scene, operations: Operations): Promise<void> {
  const bare = await bareCalls(scene);
  const own = (name: OperationName, wholeMs: number) => {
    const counted = operations[name];
    return counted === undefined
      ? 0
      : Math.max(more(wholeMs, storesMs(counted, bare)), counted.workerRequests * bare.none);
  };
  const whole = await wholeCpu(scene);
  const ms = Object.fromEntries(
    Object.entries(whole).map(([name, wholeMs]) => [name, own(name as Repeated, wholeMs)]),
  ) as Record<Repeated, number>;
  const { read200, delta, lookUp, record, refresh, taskChanged } = ms;
  const all: Partial<Record<OperationName, number>> = {
    ...ms,
    ...{ read200Cold: read200 + lookUp, deltaCold: delta + lookUp, delta8Cold: delta + lookUp },
    ...{ refreshHeld: refresh, firstAsk: refresh, purge: refresh, revalidation: lookUp, joinedAsk: lookUp },
    ...{ newRecord: record, taskFirst: taskChanged, newsFirst: lookUp, unwatch: 0 },
    ...(await syncCpu(scene, own, lookUp)),
  };
  for (const [name, cpuMs] of Object.entries(all)) {
    const counted = operations[name as OperationName];
    if (counted !== undefined) counted.workerCpuMs = cpuMs;
  }
}

/** The same for questions about many caches, and for opening sockets. */
async function syncCpu(
  scene: Scene,
  own: (name: OperationName, wholeMs: number) => number,
  lookUp: number,
): Promise<Partial<Record<OperationName, number>>> {
  const whole = Object.entries(await wholeSyncCpu(scene)) as [OperationName, number][];
  const ms: Partial<Record<OperationName, number>> = {};
  for (const [name, wholeMs] of whole) ms[name] = own(name, wholeMs);
  const { sync1 = 0, syncTable = 0, syncDelta = 0, syncLookUp10 = 0, ticket = 0 } = ms;
  return {
    ...ms,
    ...{ syncTableCold: syncTable + lookUp, syncDeltaCold: syncDelta + lookUp, news: sync1 + syncDelta },
    ...{ subscribe: syncLookUp10, open: ticket },
  };
}

/** CPU of one bare call, ms; `none`: a request without a call. */
type BareCalls = Record<'d1' | 'r2' | 'cachePut' | 'cacheMatch' | 'object' | 'none', number>;

async function bareCalls({ service }: Scene): Promise<BareCalls> {
  const twice = (store: keyof BareCalls) => service.cpuMs(() => service.callStore(store), READS, SIDE_BY_SIDE);
  const none = await twice('none');
  const once = async (store: keyof BareCalls) => more(await twice(store), none) / 2;
  return {
    ...{ none, d1: await once('d1'), r2: await once('r2'), object: await once('object') },
    ...{ cachePut: await once('cachePut'), cacheMatch: await once('cacheMatch') },
  };
}

/** CPU of the local stores for an operation, ms; a message is assumed to cost as much as an object's call. */
function storesMs(counted: Counts, { d1, r2, cachePut, cacheMatch, object }: BareCalls): number {
  const { d1Queries, r2ClassA, r2ClassB, cachePuts, cacheMatches, objectRequests, syncMessages, refreshMessages } =
    counted;
  const calls = objectRequests + syncMessages + refreshMessages;
  return (
    d1Queries * d1 + (r2ClassA + r2ClassB) * r2 + cachePuts * cachePut + cacheMatches * cacheMatch + calls * object
  );
}

type Repeated = Extract<
  OperationName,
  | ('list' | 'listExpanded' | 'read304' | 'read200' | 'delta' | 'lookUp')
  | ('record' | 'state' | 'refresh' | 'taskChanged' | 'taskSame' | 'cron')
>;

/** ms by operation, with local stores. */
async function wholeCpu(scene: Scene): Promise<Record<Repeated, number>> {
  const { service } = scene;
  const n = CPU_CACHE;
  const many = (work: () => Promise<unknown>) => service.cpuMs(work, READS, SIDE_BY_SIDE);
  const few = (work: () => Promise<unknown>) => service.cpuMs(work, LOADS);

  const user = 'lister';
  const list = await many(() => service.ask('cache/', { user }));
  const listExpanded = await many(() => service.ask('cache/?expand=resource', { user }));

  await scene.load('steady', n, true);
  const old = await scene.etag('steady', n);
  await scene.load('steady', n, true);
  const ETag = await scene.etag('steady', n);
  const notModified = () => scene.read('steady', n, { headers: { 'If-None-Match': ETag } });
  const read200 = await many(() => scene.read('steady', n));
  const read304 = await many(notModified);
  const delta = await many(() => scene.read('steady', n, { headers: { 'X-Delta': 'auto', 'If-None-Match': old } }));
  const putForward = () => service.putClockForward(ENTRY_CACHE_MS + 1);
  const others = Array.from({ length: SIDE_BY_SIDE }, (_cache, at) => n + 1 + at);
  const ranOut = () => putForward().then(() => Promise.all(others.map((other) => scene.read('steady', other))));
  const known = SIDE_BY_SIDE * read200 + (await few(putForward));
  const lookUp = more(await few(ranOut), known) / SIDE_BY_SIDE;
  const device = (at: number) =>
    scene.read('steady', n, { headers: { 'If-None-Match': ETag, 'X-Device-Id': `tablet-${at}` } });
  const together = () => Promise.all(Array.from({ length: READS }, (_device, at) => device(at)));
  const record = more((await service.cpuMs(together, RECORDS)) / READS, read304);

  const taskId = await scene.refresh('steady', n, 'wait=30');
  await service.quiet();
  const state = await many(() => service.ask(`cache/state/?task_id=${taskId}`));
  // A refresh that joins a waiting one makes no task.
  await service.hold();
  const refresh = await many(() => scene.refresh('steady', n, 'respond-async'));
  await service.release();
  const besides = refresh + (await few(() => service.quiet()));
  const taskChanged = more(await few(() => scene.load('steady', n, true)), besides);
  const taskSame = more(await few(() => scene.load('steady', n, false)), besides);
  const cron = await few(() => service.cron());

  return {
    ...{ list, listExpanded, read304, read200, delta, lookUp },
    ...{ record, state, refresh, taskChanged, taskSame, cron },
  };
}

function more(all: number, known: number): number {
  return Math.max(0, all - known);
}
