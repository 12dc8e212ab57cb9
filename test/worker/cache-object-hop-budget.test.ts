/**
 * DESIGN "Hop budget", one refresh task: what consumer and object ask of the stores, and the rows that they write. It runs
 * with the object's own tests, where no other consumer takes the message.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { policyOf } from '../../src/core/task-policy.ts';
import { runRefresh } from '../../src/flows/load/run-refresh.ts';
import { CacheObject } from '../../src/object/cache-object.ts';
import { objectClient } from '../../src/object/client.ts';
import { makeServices } from '../../src/services.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { recordingDatabase } from '../support/database.ts';
import { unique } from '../support/entries.ts';
import { newCache } from '../support/loads.ts';
import { load, objects, stubOf } from '../support/object-loads.ts';
import { sampleResource } from '../support/resources.ts';

/** A proxy that tells the name of each method called. */
function telling<Target extends object>(target: Target, onCall: (name: string) => void): Target {
  return new Proxy(target, {
    get(inner, name) {
      const member = Reflect.get(inner, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        onCall(String(name));
        return Reflect.apply(member, inner, args);
      };
    },
  });
}

/** Counts the rows that an object writes; an alarm set is one. */
function countRows({ storage }: DurableObjectState): () => number {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  let alarms = 0;
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  const setAlarm = storage.setAlarm.bind(storage);
  const counted = (query: string, ...values: unknown[]) => {
    const cursor = exec(query, ...values);
    cursors.push(cursor);
    return cursor;
  };
  Object.defineProperty(sql, 'exec', { value: counted, configurable: true });
  Object.defineProperty(storage, 'setAlarm', {
    configurable: true,
    value: (...args: Parameters<typeof setAlarm>) => {
      alarms += 1;
      return setAlarm(...args);
    },
  });
  return () => alarms + cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
}

/** Loads `first`, then counts a refresh that loads `second`, with what it tells the hubs that watch. */
async function countRefresh(first: unknown, second: unknown, hubs = 0) {
  const title = unique('source');
  const definition = sampleResource({ tables: [{ name: 't', rows: '', columns: ['id'] }] });
  const { number = 0 } = (await d1Resources(env.DB).put(title, definition, true, null, Date.now())) ?? {};
  const cache = cacheIdentity(title, {}, null);
  const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(cache.key));
  return runInDurableObject(stub, async (_instance, state) => {
    const rowsWritten = countRows(state);
    const d1 = recordingDatabase(env.DB);
    const calls: string[] = [];
    const bucket = telling(env.BLOBS, (name) => calls.push(`r2.${name}`));
    // Hubs with somebody who is told.
    const hub = telling({ poke: async () => true, isWatched: async () => true }, (name) => calls.push(`hub.${name}`));
    const bindings = {
      ...env,
      DB: d1.db,
      BLOBS: bucket,
      LIVE_HUB: { getByName: () => hub } as unknown as Env['LIVE_HUB'],
    };
    const real = telling(new CacheObject(state, bindings), (name) => calls.push(`object.${name}`));
    const object = objectClient({ getByName: () => real } as unknown as Env['CACHE_OBJECT']);
    const services = { ...makeServices(bindings, (work) => state.waitUntil(work)), objects: object };

    async function refresh(body: unknown): Promise<void> {
      const policy = policyOf(definition);
      const asked = { cache, number, policy, since: 'now', asker: 'ann', heedRetryAt: false, waitMs: 0 } as const;
      const answer = await object.enqueue(asked);
      if (answer.outcome !== 'task') throw new Error(answer.outcome);
      const fetch = async () => Response.json(body);
      const delivery = { taskId: answer.task.taskId, deliveryId: 'first:1' };
      expect(await runRefresh(services, delivery, { fetch })).toEqual({ ack: true });
      expect(await object.state(delivery.taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
    }

    const isTold = () => {
      const row = state.storage.sql
        .exec<{ news: string | null }>("SELECT document ->> '$.news' AS news FROM keys")
        .one();
      return row.news === null;
    };

    await refresh(first);
    for (let number = 0; number < hubs; number += 1) await object.watch({ key: cache.key, hub: number, n: 1 });
    const before = { calls: calls.length, statements: d1.statements.length, rows: rowsWritten(), d1: rowsOf(d1.metas) };
    await refresh(second);
    await expect.poll(isTold, { interval: 5 }).toBe(true);
    return {
      calls: calls.slice(before.calls).filter((name) => name !== 'object.enqueue' && name !== 'object.state'),
      statements: d1.statements.slice(before.statements).map(({ sql }) => sql.trim().split(/\s/)[0]),
      rows: rowsWritten() - before.rows + rowsOf(d1.metas) - before.d1,
    };
  });
}

/** Counts what the alarm of a watched cache does when it has expired; `answer`: that of its hubs. */
async function countExpiry(answer: (object: CacheObject, key: string) => Promise<boolean>) {
  const cache = newCache();
  await load(cache);
  for (const hub of [0, 1]) await objects.watch({ key: cache.key, hub, n: 1 });
  return runInDurableObject(stubOf(cache), async (_instance, state) => {
    const rowsWritten = countRows(state);
    const calls: string[] = [];
    const isWatched = () => answer(object, cache.key);
    const hub = telling({ isWatched }, (name) => calls.push(`hub.${name}`));
    const queue = telling({ send: async () => undefined }, (name) => calls.push(`queue.${name}`));
    const bindings = { LIVE_HUB: { getByName: () => hub }, REFRESH_QUEUE: queue, REFRESH_SLOW_QUEUE: queue };
    const object: CacheObject = new CacheObject(state, {
      ...env,
      ...(bindings as unknown as Pick<Env, keyof typeof bindings>),
    });
    const expiredAt = Date.now() + 120_000;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => expiredAt);
    try {
      await state.storage.deleteAlarm();
      await object.alarm();
      const { document } = state.storage.sql.exec<{ document: string }>('SELECT document FROM keys').one();
      return { calls, rows: rowsWritten(), rests: JSON.parse(document).rests === true };
    } finally {
      clock.mockRestore();
    }
  });
}

function rowsOf(metas: readonly D1Meta[]): number {
  return metas.reduce((sum, { rows_written: rows }) => sum + rows, 0);
}

describe('one refresh task', () => {
  it('in which nothing changed: two object calls, one read and one write of D1, one get of R2, at most 8 rows', async () => {
    const { calls, statements, rows } = await countRefresh([{ id: 1 }], [{ id: 1 }]);
    expect(calls).toEqual(['object.claim', 'r2.get', 'object.commit']);
    expect(statements).toEqual(['SELECT', 'INSERT']);
    expect(rows).toBeLessThanOrEqual(8);
  });

  it('in which rows changed: two puts as well, of body and delta', async () => {
    const hundred = Array.from({ length: 100 }, (_row, id) => ({ id }));
    const { calls, statements, rows } = await countRefresh(hundred, hundred.slice(1));
    expect(calls.filter((name) => name.startsWith('object'))).toEqual(['object.claim', 'object.commit']);
    expect(calls.filter((name) => name === 'r2.get')).toHaveLength(1);
    expect(calls.filter((name) => name === 'r2.put')).toHaveLength(2);
    expect(calls).toHaveLength(5);
    expect(statements).toEqual(['SELECT', 'INSERT']);
    expect(rows).toBeLessThanOrEqual(8);
  });

  it.each([1, 32])('of a cache that %d hubs watch: a call a hub, and one row more, however many', async (hubs) => {
    const [unwatched, watched] = [
      await countRefresh([{ id: 1 }], [{ id: 2 }]),
      await countRefresh([{ id: 1 }], [{ id: 2 }], hubs),
    ];
    expect(watched.calls.filter((name) => name === 'hub.poke')).toHaveLength(hubs);
    expect(watched.statements).toEqual(unwatched.statements);
    expect(watched.rows - unwatched.rows).toBeLessThanOrEqual(1);
  });

  it('of a watched cache in which nothing changed tells nobody, and writes as many rows as of one that is not watched', async () => {
    const [unwatched, watched] = [
      await countRefresh([{ id: 1 }], [{ id: 1 }]),
      await countRefresh([{ id: 1 }], [{ id: 1 }], 1),
    ];
    expect(watched.calls).toEqual(unwatched.calls);
    expect(watched.rows).toBe(unwatched.rows);
  });
});

describe('a watched cache that has expired', () => {
  it('is loaded with two rows: the document with the task, and an alarm', async () => {
    const expected = { calls: ['hub.isWatched', 'queue.send'], rows: 2, rests: false };
    expect(await countExpiry(async () => true)).toEqual(expected);
  });

  it('rests with two rows, of however many hubs nobody is left', async () => {
    const expected = { calls: ['hub.isWatched', 'hub.isWatched'], rows: 2, rests: true };
    expect(await countExpiry(async () => false)).toEqual(expected);
  });

  it('does not rest if a hub that had nobody left asks again, under the same number, while the other one is asked', async () => {
    const { rests } = await countExpiry(async (object, key) => {
      await object.watch({ key, hub: 0, n: 1 });
      return false;
    });
    expect(rests).toBe(false);
  });
});
