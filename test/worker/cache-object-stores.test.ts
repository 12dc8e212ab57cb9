import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/contract/problem.ts';
import { SCHEMA_NUMBER } from '../../src/object/schema.ts';
import type { CacheIdentity } from '../../src/ports/entry.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { recordingDatabase } from '../support/database.ts';
import { commitOf, newCache, readOf, refreshOf } from '../support/loads.ts';
import { claim, load, objects, refresh, stubOf } from '../support/object-loads.ts';

const entries = d1Entries(env.DB);

afterEach(() => {
  vi.useRealTimers();
});

/** D1 takes no entry while the work goes on. */
async function withoutEntries<T>(work: () => Promise<T>): Promise<T> {
  await env.DB.exec('ALTER TABLE entries RENAME TO entries_away');
  try {
    return await work();
  } finally {
    await env.DB.exec('ALTER TABLE entries_away RENAME TO entries');
  }
}

describe('while D1 takes nothing', () => {
  it('a committed task settles, and is SUCCESS when the alarm has brought the entry there', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    const lease = await claim(taskId);
    const answer = await withoutEntries(() => objects.commit(commitOf(lease)));
    expect(answer).toMatchObject({ outcome: 'settling' });
    expect(await objects.state(taskId)).toMatchObject({ task: { state: 'STARTED' }, entry: null });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15_000 });
    await runDurableObjectAlarm(stubOf(cache));
    expect(await objects.state(taskId)).toMatchObject({
      task: { state: 'SUCCESS' },
      entry: { loaded: { version: 1 } },
    });
    expect(await entries.find(cache.key)).toMatchObject({ loaded: { version: 1 } });
  });

  it('a purge is refused, though it stands, and can be asked for again', async () => {
    const cache = newCache();
    await load(cache);
    const refused = withoutEntries(() => objects.purge({ key: cache.key, soft: false }));
    await expect(refused).rejects.toThrow(Problem);
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '1' } });
    expect(await objects.enqueue(readOf(cache, 0))).toMatchObject({ outcome: 'task' });
    expect(await objects.purge({ key: cache.key, soft: false })).toMatchObject({
      entry: { loaded: null },
    });
    expect(await entries.find(cache.key)).toMatchObject({ loaded: null });
  });
});

it('writes the entry to D1 again when it is asked for, so that a D1 that was restored heals', async () => {
  const cache = newCache();
  await load(cache);
  await env.DB.prepare('DELETE FROM entries WHERE key = ?').bind(cache.key).run();
  expect(await objects.entry(cache.key)).toMatchObject({ outcome: 'found', entry: { loaded: { version: 1 } } });
  expect(await entries.find(cache.key)).toMatchObject({ loaded: { version: 1 } });
});

describe('rows written', () => {
  it('are eight a refresh in all: the alarm set twice, the document four times, the ended task, and one in D1', async () => {
    const cache = newCache();
    await load(cache);
    await runDurableObjectAlarm(stubOf(cache));
    const inObject = await countRowsWritten(cache, async () => {
      await load(cache);
      await runDurableObjectAlarm(stubOf(cache));
    });
    const found = await objects.entry(cache.key);
    if (found.outcome !== 'found') throw new Error(found.outcome);
    const { db, metas } = recordingDatabase(env.DB);
    await d1Entries(db).put({ ...found.entry, revision: found.entry.revision + 1 });
    expect({ inObject, inD1: metas.map(({ rows_written }) => rows_written) }).toEqual({ inObject: 7, inD1: [1] });
  });

  it('are none for a read that is handed what is current, and for the state of a task', async () => {
    const cache = newCache();
    const committed = await load(cache);
    const taskId = committed.outcome === 'committed' ? committed.task.taskId : '';
    expect(
      await countRowsWritten(cache, async () => {
        await objects.enqueue(readOf(cache, 0));
        await objects.state(taskId);
      }),
    ).toBe(0);
  });
});

/** Rows that the object of a cache writes meanwhile; a move of its alarm counts as one. */
async function countRowsWritten(cache: CacheIdentity, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const restore = await runInDurableObject(stubOf(cache), (_, { storage }) => {
    const { sql } = storage;
    const { exec } = sql;
    const { setAlarm } = storage;
    sql.exec = (query, ...bindings) => {
      const cursor = exec.call(sql, query, ...bindings) as ReturnType<typeof sql.exec<never>>;
      count += cursor.rowsWritten;
      return cursor;
    };
    storage.setAlarm = (at, options) => {
      count += 1;
      return setAlarm.call(storage, at, options);
    };
    return () => Object.assign(storage, { setAlarm }) && Object.assign(sql, { exec });
  });
  await work();
  await runInDurableObject(stubOf(cache), () => void restore());
  return count;
}

describe('two releases at once', () => {
  it('answers unavailable, and touches nothing, where the tables are of a newer release', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    await runInDurableObject(stubOf(cache), (_, { storage }) => void storage.sql.exec('UPDATE schema SET number = 99'));
    await evictDurableObject(stubOf(cache));
    const unavailable = { outcome: 'unavailable' };
    expect(await objects.enqueue(refreshOf(cache))).toEqual(unavailable);
    expect(await objects.state(taskId)).toEqual(unavailable);
    expect(await objects.purge({ key: cache.key, soft: false })).toEqual(unavailable);
    await objects.wake(taskId);
    await runDurableObjectAlarm(stubOf(cache));
    await runInDurableObject(
      stubOf(cache),
      (_, { storage }) => void storage.sql.exec(`UPDATE schema SET number = ${SCHEMA_NUMBER}`),
    );
    await evictDurableObject(stubOf(cache));
    expect(await objects.state(taskId)).toMatchObject({ task: { state: 'PENDING' } });
  });
});
