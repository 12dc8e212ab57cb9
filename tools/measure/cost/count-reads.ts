/** Counts reads of data, and the records about what devices were given. */

import { type Counts, subtractCounts, timesCounts } from './counts.ts';
import type { OperationName } from './operations.ts';
import { ENTRY_CACHE_MS, type Scene, STALE_AFTER_MS } from './scene.ts';

const HOUR_MS = 3_600_000;
/** Reads that leave their records together. */
const TOGETHER = 100;

type Some<Name extends OperationName> = Promise<Record<Name, Counts>>;
type ReadName =
  | 'read304'
  | 'read200'
  | 'read200Cold'
  | 'delta'
  | 'deltaCold'
  | 'delta8Cold'
  | 'lookUp'
  | 'revalidation';

/**
 * Reads without a device, so that no record is counted. The isolate that refreshes learns of the new version, and so
 * does the location: the next read finds a current look-up, but nothing else of that version.
 */
export async function countReads(scene: Scene): Some<ReadName | 'revalidation' | 'joinedAsk'> {
  const { service } = scene;
  const n = 200;
  const read = (headers: Record<string, string> = {}) => service.count(() => scene.read('steady', n, { headers }));
  await service.beginHour();
  await scene.etag('steady', n);

  await scene.load('steady', n, true);
  const read200Cold = await read();
  const read200 = await read();
  const ETag = await scene.etag('steady', n);
  const read304 = await read({ 'If-None-Match': ETag });
  await scene.letLookUpsRunOut('steady');
  const ranOut = await read({ 'If-None-Match': ETag });

  const sinceThen = { 'X-Delta': 'auto', 'If-None-Match': ETag };
  await scene.load('steady', n, true);
  const deltaCold = await read(sinceThen);
  const delta = await read(sinceThen);
  const delta8Cold = await countLongDelta(scene);
  return {
    read304,
    read200,
    read200Cold,
    delta,
    deltaCold,
    delta8Cold,
    lookUp: subtractCounts(ranOut, read304),
    ...(await countRevalidation(scene)),
  };
}

/** A delta over eight versions, none of which this location has read. */
async function countLongDelta(scene: Scene): Promise<Counts> {
  const n = 201;
  const ETag = await scene.etag('steady', n);
  for (let load = 0; load < 8; load += 1) await scene.load('steady', n, true);
  const headers = { 'X-Delta': 'auto', 'If-None-Match': ETag };
  return scene.service.count(() => scene.read('steady', n, { headers }));
}

/**
 * The extra cost of a read of a stale body when it asks for the load: its look-up, and the object's call. A read whose
 * look-up expires during the load asks as well, as does another location.
 */
async function countRevalidation(scene: Scene): Some<'revalidation' | 'joinedAsk'> {
  const { service } = scene;
  const n = 202;
  const read = () => service.count(() => scene.read('orders', n));
  await service.beginHour();
  await scene.load('orders', n, true);
  await scene.etag('orders', n);
  const fresh = await read();
  await service.passTime(await scene.objectOf('orders', n), STALE_AFTER_MS);
  await scene.letLookUpsRunOut('orders');
  await service.hold();
  const stale = await read();
  await service.putClockForward(ENTRY_CACHE_MS + 1);
  const staleStill = await read();
  await service.release();
  return { revalidation: subtractCounts(stale, fresh), joinedAsk: subtractCounts(staleStill, fresh) };
}

/** The cost of records beyond the reads that leave them: that of one message, and that of each record. */
export async function countRecords(
  scene: Scene,
  { read304 }: { read304: Counts },
): Some<'message' | 'record' | 'newRecord' | 'readMark'> {
  const { service } = scene;
  const n = 203;
  await service.beginHour();
  const ETag = await scene.etag('steady', n);
  const read = (device: number) =>
    scene.read('steady', n, { headers: { 'If-None-Match': ETag, 'X-Device-Id': `tablet-${device}` } });
  const readAll = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_device, at) => read(from + at)));
  const recordsOf = async (from: number, to: number) =>
    subtractCounts(await service.count(() => readAll(from, to)), timesCounts(read304, to - from));

  await readAll(0, 1);
  const oneNew = await recordsOf(1, 2);
  const one = await recordsOf(1, 2);
  await readAll(2, TOGETHER);
  const all = await recordsOf(0, TOGETHER);
  // With r for a record and m for a message: one = r + m, all = TOGETHER r + messages m.
  const messages = all.syncMessages;
  const record = timesCounts(subtractCounts(all, timesCounts(one, messages)), 1 / (TOGETHER - messages));
  const message = subtractCounts(one, record);

  await service.putClockForward(HOUR_MS);
  await scene.letLookUpsRunOut('steady');
  const marked = await recordsOf(1, 2);
  await scene.letLookUpsRunOut('steady');
  const unmarked = await recordsOf(1, 2);
  return { message, record, newRecord: subtractCounts(oneNew, message), readMark: subtractCounts(marked, unmarked) };
}
