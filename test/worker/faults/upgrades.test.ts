/** Upgrades: stores of an older release, opened by today's code (test/fixtures/README.md). */

import { applyD1Migrations, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newTaskId } from '../../../src/core/task-id.ts';
import type { CacheDocument, TaskRecord } from '../../../src/core/task-machine/document.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import { readSchemaNumber, SCHEMA_NUMBER } from '../../../src/object/schema.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { d1Resources } from '../../../src/stores/resources.ts';
import { d1SyncRecords } from '../../../src/stores/sync-records.ts';
import rows from '../../fixtures/release-0.1/d1.sql?raw';
import stored from '../../fixtures/release-0.1/objects.json' with { type: 'json' };
import { changeOf, commitOf, failureOf, newCache, readOf } from '../../support/loads.ts';
import { claim, objects, refresh, stubOf, tablesOf } from '../../support/object-loads.ts';
import { listed } from '../../support/sync-records.ts';

/** D1 migrations of release 0.1. */
const MIGRATIONS_THEN = 1;

const documents = stored.objects.flatMap(({ keys, ended_tasks }) =>
  keys.map(({ document }) => ({
    document: document as unknown as CacheDocument,
    ended: ended_tasks.map((task) => task.document as unknown as TaskRecord),
  })),
);
interface EndedRow {
  task_id: string;
  key: string;
  ended_at: number;
  document: object;
}
const tableRows = stored.objects.flatMap((object): readonly EndedRow[] => object.ended_tasks);

afterEach(() => {
  vi.useRealTimers();
});

describe.each(documents)('an object of release 0.1 ($document.cache.resource)', ({ document, ended }) => {
  const { cache } = document;

  beforeEach(async () => {
    // Ended tasks are kept for seven days.
    vi.useFakeTimers({ toFake: ['Date'], now: document.counters.clockAt + 60_000 });
    await runInDurableObject(stubOf(cache), (_, { storage: { sql } }) => {
      if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'keys'").toArray().length > 0) {
        for (const table of ['schema', 'keys', 'ended_tasks', 'list_parts']) sql.exec(`DROP TABLE IF EXISTS ${table}`);
      }
      for (const statement of stored.schema) sql.exec(statement);
      sql.exec('INSERT INTO keys (key, document) VALUES (?, ?)', cache.key, JSON.stringify(document));
      for (const { task_id, key, ended_at, document: task } of tableRows.filter((row) => row.key === cache.key)) {
        sql.exec('INSERT INTO ended_tasks VALUES (?, ?, ?, ?)', task_id, key, ended_at, JSON.stringify(task));
      }
    });
    await evictDurableObject(stubOf(cache));
  });

  it('tells its entry and its ended tasks', async () => {
    expect(await objects.entry(cache.key)).toEqual({ outcome: 'found', entry: entryOf(document) });
    expect(ended.length).toBeGreaterThan(0);
    for (const task of ended) {
      expect(await objects.state(task.taskId)).toMatchObject({ outcome: 'found', task: { ...task, cache } });
    }
  });

  it('answers a read with what is current, and continues counting where it was', async () => {
    expect(await objects.enqueue(readOf(cache, 0, { number: document.number }))).toMatchObject({ outcome: 'current' });
    const { taskId } = await refresh(cache, { number: document.number });
    const lease = await claim(taskId);
    expect(lease).toMatchObject({ nextRowId: document.counters.nextRowId });
    expect(lease.fence).toBeGreaterThan(document.counters.fence);
    const change = changeOf({ nextRowId: lease.nextRowId + 2 });
    const answer = await objects.commit(commitOf(lease, { number: document.number, change }));
    expect(answer).toMatchObject({
      outcome: 'committed',
      entry: { loaded: { version: document.counters.version + 1 } },
    });
    expect(answer.outcome === 'committed' && answer.entry.revision).toBeGreaterThan(document.counters.revision);
  });

  const admin = { user: 'root', mayRefresh: true, mayAdmin: true };
  const { taskId = '' } = ended[0] ?? {};
  const lease = { taskId, fence: 0 };
  it.each<[string, () => Promise<unknown>]>([
    ['enqueue', () => objects.enqueue(readOf(cache, 0, { number: document.number }))],
    ['claim', () => objects.claim({ taskId, deliveryId: 'one' })],
    ['commit', () => objects.commit(commitOf(lease))],
    ['fail', () => objects.fail(failureOf(lease))],
    ['state', () => objects.state(taskId)],
    ['revoke', () => objects.revoke({ taskId, ...admin })],
    ['purge', () => objects.purge({ key: cache.key, soft: false })],
    ['entry', () => objects.entry(cache.key)],
    ['wake', () => objects.wake(taskId)],
    ['watch', () => objects.watch({ key: cache.key, hub: 0, n: 1 })],
    ['alarm', () => runInDurableObject(stubOf(cache), (object) => object.alarm?.())],
  ])('has its tables brought up to date before %s touches them', async (_, touch) => {
    await touch();
    const number = await runInDurableObject(stubOf(cache), (_object, { storage: { sql } }) => {
      expect(sql.exec('SELECT count(*) AS count FROM list_parts').one()).toEqual({ count: expect.any(Number) });
      return readSchemaNumber(sql);
    });
    expect(number).toBe(SCHEMA_NUMBER);
    expect(SCHEMA_NUMBER).toBeGreaterThan(1);
  });
});

it('an object that holds nothing has no tables after any verb that makes nothing', async () => {
  const cache = newCache();
  const { key } = cache;
  const [taskId, deliveryId] = [newTaskId(key), 'one'];
  await Promise.all([
    objects.entry(key),
    objects.state(taskId),
    objects.claim({ taskId, deliveryId }),
    objects.wake(taskId),
  ]);
  expect(await objects.purge({ key, soft: false })).toEqual({ outcome: 'unknown' });
  expect(await tablesOf(cache)).toEqual([]);
});

it('D1 migrations run forward over the rows of release 0.1, and lose none', async () => {
  for (const table of [
    'resources',
    'entries',
    'loaded_caches',
    'sync_records',
    'walks',
    'devices',
    'forgotten',
    'webhooks',
    'webhook_caches',
    'actions',
    'resource_counts',
    'sources',
    'd1_migrations',
  ]) {
    await env.DB.prepare(`DROP TABLE ${table}`).run();
  }
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, MIGRATIONS_THEN));
  const statements = rows.split('\n').filter((line) => line.startsWith('INSERT'));
  for (const statement of statements) await env.DB.prepare(statement).run();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);

  for (const { document } of documents) {
    const { readAt: _, ...entry } = (await d1Entries(env.DB).find(document.cache.key)) ?? { readAt: null };
    const { counted: __, ...told } = entryOf(document);
    expect(entry).toEqual(told);
    const resource = await d1Resources(env.DB).read(document.cache.resource);
    expect(resource).toMatchObject({ number: document.number, definition: { ttl_s: expect.any(Number) } });
  }
  for (const resource of new Set(documents.map(({ document }) => document.cache.resource))) {
    const loaded = documents.filter(({ document }) => document.cache.resource === resource && document.loaded !== null);
    expect(await d1Entries(env.DB).count(resource)).toBe(loaded.length);
  }
  const records = await listed(d1SyncRecords(env.DB), { user: null }, null, 100);
  expect(records).toHaveLength(statements.filter((line) => line.includes('INTO sync_records')).length);
  expect(records.length).toBeGreaterThan(0);
});
