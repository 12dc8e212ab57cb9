import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newTaskId } from '../../src/core/task-id.ts';
import { CacheObject } from '../../src/object/cache-object.ts';
import { Documents } from '../../src/object/documents.ts';
import { r2Blobs } from '../../src/stores/blobs.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { commitOf, failureOf, newCache, readOf, refreshOf } from '../support/loads.ts';
import { alarmOf, claim, load, objects, refresh, stubOf, tablesOf } from '../support/object-loads.ts';
import { delivered } from '../support/object-worker.ts';
import { until } from '../support/until.ts';

const entries = d1Entries(env.DB);
const blobs = r2Blobs(env.BLOBS);

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass on the objects' clock. */
function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

describe('a refresh', () => {
  it('goes from PENDING to SUCCESS, and D1 has the entry by then', async () => {
    const cache = newCache();
    const { taskId, state } = await refresh(cache);
    expect(state).toBe('PENDING');
    const lease = await claim(taskId);
    expect(await objects.state(taskId)).toMatchObject({ task: { state: 'STARTED', attempt: 1 }, entry: null });
    const answer = await objects.commit(commitOf(lease));
    expect(answer).toMatchObject({ outcome: 'committed', task: { state: 'SUCCESS', version: 1 } });
    const { entry } = answer as Extract<typeof answer, { outcome: 'committed' }>;
    expect(await entries.find(cache.key)).toEqual({ ...entry, readAt: null });
    expect(await objects.state(taskId)).toEqual({ outcome: 'found', task: expect.anything(), entry });
    expect(await objects.commit(commitOf(lease))).toEqual(answer);
  });

  it('sends a message for each task whose turn has come', async () => {
    const cache = newCache();
    const first = await refresh(cache);
    await until(() => expect(delivered).toContain(first.taskId));
    const lease = await claim(first.taskId);
    const second = await refresh(cache);
    await objects.commit(commitOf(lease));
    await until(() => expect(delivered).toContain(second.taskId));
  });

  it('is one task for a hundred who ask at once', async () => {
    const cache = newCache();
    const asked = await Promise.all(Array.from({ length: 100 }, () => objects.enqueue(readOf(cache, 0))));
    const ids = new Set(asked.map((answer) => (answer.outcome === 'task' ? answer.task.taskId : answer.outcome)));
    expect(ids.size).toBe(1);
  });

  it('that fails permanently is in D1 when the failure is answered', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    expect(await objects.fail(failureOf(await claim(taskId), { retryable: false }))).toEqual({ outcome: 'failed' });
    expect(await entries.find(cache.key)).toMatchObject({ loaded: null, lastTaskId: taskId });
    expect(await objects.enqueue(readOf(cache, 0))).toMatchObject({ outcome: 'failing' });
  });

  it('can be revoked while it waits', async () => {
    const { taskId } = await refresh(newCache());
    const request = { taskId, user: 'ann', mayRefresh: true, mayAdmin: false };
    expect(await objects.revoke(request)).toMatchObject({ outcome: 'revoked', task: { state: 'REVOKED' } });
    expect(await objects.claim({ taskId, deliveryId: 'late' })).toEqual({ outcome: 'ended' });
  });
});

describe('a held answer', () => {
  it('comes as soon as the task has ended', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    const held = objects.enqueue(refreshOf(cache, { waitMs: 30_000 }));
    await objects.commit(commitOf(await claim(taskId)));
    expect(await held).toMatchObject({
      outcome: 'task',
      task: { taskId, state: 'SUCCESS' },
      entry: { loaded: { version: 1 } },
    });
  });

  it('comes at the latest when the wait is over, with the state by then', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    const held = objects.enqueue(refreshOf(cache, { waitMs: 50 }));
    await claim(taskId);
    expect(await held).toMatchObject({ task: { taskId, state: 'STARTED' }, entry: null });
  });

  it('is held for 64 at once: further callers are answered at once', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    const asked = Array.from({ length: 65 }, () => objects.enqueue(refreshOf(cache, { waitMs: 30_000 })));
    expect(await Promise.race(asked)).toMatchObject({ task: { state: 'PENDING' } });
    await objects.commit(commitOf(await claim(taskId)));
    const states = (await Promise.all(asked)).map((answer) => answer.outcome === 'task' && answer.task.state);
    expect(states.filter((state) => state === 'SUCCESS')).toHaveLength(64);
  });
});

describe('the alarm', () => {
  it('sends a message again that nobody has taken up', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    await until(() => expect(delivered).toContain(taskId));
    passTime(15_000);
    await runDurableObjectAlarm(stubOf(cache));
    expect(await alarmOf(cache)).toBe(Date.now() + 30_000);
    await until(() => expect(delivered.filter((id) => id === taskId)).toHaveLength(2));
  });

  it('comes again while a setting is wrong, and does what is owed once it is mended', async () => {
    const cache = newCache();
    await load(cache);
    await env.DB.prepare('DELETE FROM entries WHERE key = ?').bind(cache.key).run();
    const [wrongAt, mended] = await runInDurableObject(stubOf(cache), async (_, state) => {
      const documents = new Documents(state.storage.sql);
      const document = documents.read(cache.key);
      if (document === null) throw new Error('there is no document');
      documents.write({ ...document, stored: { ...document.stored, retryAt: Date.now() } });
      await state.storage.deleteAlarm();
      await new CacheObject(state, { ...env, ENTRY_SHARDS: 'many' } as Env).alarm();
      const wrongAt = await state.storage.getAlarm();
      await state.storage.deleteAlarm();
      // The step that failed has put the next try off.
      passTime(60_000);
      await new CacheObject(state, env).alarm();
      return [wrongAt, await entries.find(cache.key)];
    });
    expect(wrongAt).toBeGreaterThan(0);
    expect(mended).toMatchObject({ loaded: { version: 1 } });
  });

  it('ends a lease that ran out', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    const lease = await claim(taskId);
    passTime(lease.leaseMs);
    await runDurableObjectAlarm(stubOf(cache));
    expect(await objects.state(taskId)).toMatchObject({ task: { state: 'RETRY' } });
    expect(await objects.commit(commitOf(lease))).toEqual({ outcome: 'stale_lease' });
    expect(await entries.find(cache.key)).toMatchObject({ loaded: null, lastError: null });
  });

  it('removes from R2 what a new version has replaced, an hour later', async () => {
    const cache = newCache();
    const fences: number[] = [];
    for (let loads = 0; loads < 2; loads += 1) {
      const lease = await claim((await refresh(cache)).taskId);
      await blobs.put(cache.key, lease.fence, 'body', new Uint8Array([loads]));
      await objects.commit(commitOf(lease));
      fences.push(lease.fence);
    }
    passTime(3_600_000);
    await runDurableObjectAlarm(stubOf(cache));
    expect(await env.BLOBS.head(`${cache.key}/${fences[0]}/body`)).toBeNull();
    expect(await env.BLOBS.head(`${cache.key}/${fences[1]}/body`)).not.toBeNull();
  });

  it('forgets ended tasks after seven days', async () => {
    const cache = newCache();
    await load(cache);
    passTime(7 * 86_400_000);
    await runDurableObjectAlarm(stubOf(cache));
    const count = await runInDurableObject(stubOf(cache), (_, { storage }) =>
      storage.sql.exec('SELECT 1 FROM ended_tasks').toArray(),
    );
    expect(count).toHaveLength(0);
  });

  it('that got lost is set again by whatever comes next', async () => {
    const cache = newCache();
    const { taskId } = await refresh(cache);
    await runInDurableObject(stubOf(cache), (_, { storage }) => storage.deleteAlarm());
    await objects.state(taskId);
    expect(await alarmOf(cache)).not.toBeNull();
  });
});

describe('killed and started again', () => {
  it.each([
    ['evicted', (cache: ReturnType<typeof newCache>) => evictDurableObject(stubOf(cache))],
    ['aborted', () => abortAllDurableObjects()],
  ])('continues where it was when %s', async (_, kill) => {
    const cache = newCache();
    await load(cache);
    const { taskId } = await refresh(cache);
    const lease = await claim(taskId, 'm');
    await kill(cache);
    expect(await claim(taskId, 'm')).toMatchObject({ fence: lease.fence, previous: { version: 1 } });
    expect(await objects.commit(commitOf(lease))).toMatchObject({
      outcome: 'committed',
      entry: { loaded: { version: 2 } },
    });
  });
});

describe('an object that holds nothing', () => {
  it('is asked anything and leaves nothing behind', async () => {
    const cache = newCache();
    const taskId = newTaskId(cache.key);
    const lease = { taskId, fence: 1 } as Parameters<typeof commitOf>[0];
    expect(await objects.state(taskId)).toEqual({ outcome: 'unknown' });
    expect(await objects.claim({ taskId, deliveryId: 'm' })).toEqual({ outcome: 'ended' });
    expect(await objects.commit(commitOf(lease))).toEqual({ outcome: 'stale_lease' });
    expect(await objects.fail(failureOf(lease))).toEqual({ outcome: 'stale_lease' });
    expect(await objects.entry(cache.key)).toEqual({ outcome: 'unknown' });
    expect(await objects.purge({ key: cache.key, soft: false })).toEqual({ outcome: 'unknown' });
    expect(await objects.revoke({ taskId, user: 'a', mayRefresh: true, mayAdmin: true })).toEqual({
      outcome: 'unknown',
    });
    await objects.wake(taskId);
    expect(await tablesOf(cache)).toEqual([]);
    expect(await alarmOf(cache)).toBeNull();
  });
});

it('keeps two keys apart that share an object', async () => {
  const one = newCache();
  const other = { ...newCache(), key: one.key.slice(0, 12) + newCache().key.slice(12) };
  const first = await refresh(one);
  const second = await refresh(other);
  expect(first.taskId.slice(0, 13)).toBe(second.taskId.slice(0, 13));
  await objects.commit(commitOf(await claim(second.taskId)));
  expect(await objects.state(first.taskId)).toMatchObject({ task: { state: 'PENDING', cache: one } });
  expect(await objects.state(second.taskId)).toMatchObject({ task: { state: 'SUCCESS', cache: other } });
  expect(await objects.entry(one.key)).toEqual({ outcome: 'unknown' });
});
