/** Sizes of what a fleet leaves in the stores, measured in the real ones. */

import type { Sizes } from './operations.ts';
import type { Scene } from './scene.ts';

/** Rows from which the size of one is computed; keys are random, as in real use, so that pages are as full as usual. */
const DEVICES = 2_000;
const CACHES_PER_DEVICE = 10;
const ENTRIES = 5_000;
const TASKS = 40;
/** The cache whose object is measured, and one with as many versions as an entry's row is usually full of. */
const SIZE_CACHE = 400;
const VERSIONS_CACHE = 300;
const VERSIONS = 50;

/** Documents in the form of src/core/device-documents.ts. */
const DEVICE_ROWS = `
  INSERT INTO devices (user, device, rev, seen, checked, caches, holds, refusals)
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
  one (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM one WHERE at < ${CACHES_PER_DEVICE})
  SELECT lower(hex(randomblob(6))) || '@example.com', lower(hex(randomblob(16))), 1, 1800000000000 + i, 1800000000000 + i,
    (SELECT json_group_object('orders ' || lower(hex(randomblob(32))),
      printf('%016d %016d %d', 1800000000000 + i, 1000 + at, 1000)) FROM one),
    (SELECT json_group_object(lower(hex(randomblob(8))), 1800000000000 + at) FROM one), '{}' FROM n`;

export async function countSizes(scene: Scene): Promise<Sizes> {
  const { service } = scene;
  const { r2Bytes: body } = await service.count(() => scene.load('steady', SIZE_CACHE, true));
  const { r2Bytes: both } = await service.count(() => scene.load('steady', SIZE_CACHE, true));
  const busy = await scene.objectOf('steady', SIZE_CACHE);
  const object = await service.objectBytes(busy);
  for (let task = 0; task < TASKS; task += 1) await scene.load('steady', SIZE_CACHE, false);
  const endedTask = ((await service.objectBytes(busy)) - object) / TASKS;
  const db = await service.worker.binding<D1Database>('DB');
  for (let load = 0; load < VERSIONS; load += 1) await scene.load('steady', VERSIONS_CACHE, true);
  const key = await scene.keyOf('steady', VERSIONS_CACHE);
  const record = (await growth(db, DEVICES, DEVICE_ROWS, DEVICES)) / CACHES_PER_DEVICE;
  const { results } = await db.prepare("SELECT name FROM pragma_table_info('entries')").all<{ name: string }>();
  const others = results.map(({ name }) => name).filter((name) => name !== 'key');
  const entryRows = `
    INSERT INTO entries (key, ${others})
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    SELECT lower(hex(randomblob(32))), ${others} FROM n, entries WHERE key = ?2`;
  const entry = await growth(db, ENTRIES, entryRows, ENTRIES, key);

  return { body, delta: Math.max(0, both - body), record, entry, object, endedTask };
}

/** Bytes that each of this many inserted rows adds to the database. */
async function growth(db: D1Database, rows: number, sql: string, ...values: unknown[]): Promise<number> {
  const { meta: before } = await db.prepare('SELECT 1').run();
  const { meta: after } = await db
    .prepare(sql)
    .bind(...values)
    .run();
  return (after.size_after - before.size_after) / rows;
}
