/** Counts questions about many caches, and the records that they leave. */

import { type Counts, subtractCounts, timesCounts } from './counts.ts';
import type { OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, type Item, type Scene, STALE_AFTER_MS } from './scene.ts';

/** Numbers of caches of the counted questions; between them, the counts are assumed to grow linearly. */
export const ITEMS = [1, 10, 100] as const;
/** Number of their first cache. */
export const SYNC_CACHES = 1000;
/** Devices whose records leave together. */
const TOGETHER = 20;
/** Longer than SYNC_RESOLUTION_S. */
const NOTED_ANEW_MS = 61_000;

type Some<Name extends OperationName> = Promise<Record<Name, Counts>>;
type Each<Name extends string> = `${Name}${(typeof ITEMS)[number]}`;

/** Questions without changes, first with current look-ups, then with expired ones. */
export async function countSyncs(scene: Scene): Some<Each<'sync' | 'syncLookUp'>> {
  const { service } = scene;
  await service.beginHour();
  const all = await scene.loaded(SYNC_CACHES, Math.max(...ITEMS));
  const counted: Partial<Record<OperationName, Counts>> = {};
  for (const count of ITEMS) {
    const ask = () => scene.sync(all.slice(0, count));
    await ask();
    const hot = await service.count(ask);
    await scene.letLookUpsRunOut('steady');
    counted[`sync${count}`] = hot;
    counted[`syncLookUp${count}`] = subtractCounts(await service.count(ask), hot);
  }
  return counted as Record<Each<'sync' | 'syncLookUp'>, Counts>;
}

/**
 * The extra cost of an item that is a body, or that asks for a load; each for the first time and again at this
 * location.
 */
export async function countItems(
  scene: Scene,
  { sync1, syncLookUp1 }: { sync1: Counts; syncLookUp1: Counts },
): Some<'syncTable' | 'syncTableCold' | 'syncDelta' | 'syncDeltaCold' | 'syncAsk'> {
  const { service } = scene;
  await service.beginHour();
  const n = SYNC_CACHES;
  const more = async (item: Item) => subtractCounts(await service.count(() => scene.sync([item])), sync1);
  const [had] = await scene.loaded(n, 1);
  await scene.load('steady', n, true);
  const syncDeltaCold = await more({ ...had, n });
  const syncDelta = await more({ ...had, n });
  const syncTableCold = await more({ n });
  const syncTable = await more({ n });

  const stale = 210;
  await scene.load('orders', stale, true);
  await scene.etag('orders', stale);
  await service.passTime(await scene.objectOf('orders', stale), STALE_AFTER_MS);
  await scene.letLookUpsRunOut('orders');
  await service.hold();
  const etag = await scene.keyOf('orders', stale).then((key) => `${key.slice(0, 16)}-v1`);
  const asks = await more({ name: 'orders', n: stale, etag });
  await service.release();
  return { syncTable, syncTableCold, syncDelta, syncDeltaCold, syncAsk: subtractCounts(asks, syncLookUp1) };
}

/** A poked cache that is asked for alone; `newsFirst`: the extra cost if the isolate has not learned of the revision yet. */
export async function countNews(scene: Scene): Some<'news' | 'newsFirst'> {
  const { service } = scene;
  const n = SYNC_CACHES + 1;
  const [had] = await scene.loaded(n, 1);
  const [known] = await scene.sync([{ n }]);
  scene.origin.change();
  await scene.refresh('steady', n, 'respond-async');
  await service.quiet();
  // This isolate has not learned of it: the answer came before the load ended.
  await service.putClockForward(ENTRY_CACHE_MS / 2);
  const ask = () => scene.sync([{ ...had, n, min_revision: (known?.revision ?? 0) + 1 }]);
  const first = await service.count(ask);
  await scene.load('steady', n, false);
  const news = await service.count(ask);
  return { news, newsFirst: withoutBlobs(subtractCounts(first, news)) };
}

/** Removes the delta that the first question reads from R2: it is counted as `syncDeltaCold`. */
function withoutBlobs(counted: Counts): Counts {
  return { ...counted, r2ClassB: 0, cacheMatches: 0, cachePuts: 0 };
}

/** What a known device leaves after one question about this many caches, without the message that it shares. */
export async function countSyncRecords(scene: Scene, { message }: { message: Counts }): Some<Each<'syncRecord'>> {
  const { service } = scene;
  const all = await scene.loaded(SYNC_CACHES, Math.max(...ITEMS));
  const counted: Partial<Record<OperationName, Counts>> = {};
  for (const count of ITEMS) {
    const ask = (device?: number) =>
      scene.sync(all.slice(0, count), device === undefined ? {} : { headers: { 'X-Device-Id': `held-${device}` } });
    const together = () => Promise.all(Array.from({ length: TOGETHER }, (_device, at) => ask(at)));
    await service.beginHour();
    await together();
    await service.putClockForward(NOTED_ANEW_MS);
    await scene.letLookUpsRunOut('steady');
    await ask();
    const plain = timesCounts(await service.count(ask), TOGETHER);
    const left = subtractCounts(await service.count(together), plain);
    const own = subtractCounts(left, timesCounts(message, left.syncMessages));
    // The units of messages follow from the bytes (month.ts).
    counted[`syncRecord${count}`] = { ...timesCounts(own, 1 / TOGETHER), queueOperations: 0 };
  }
  return counted as Record<Each<'syncRecord'>, Counts>;
}
