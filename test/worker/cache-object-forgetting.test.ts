/** What the object keeps of a private cache whose user was forgotten (CONTRACT 4 "Leavers"): nothing with a name, within 7 days. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { etagOf } from '../../src/core/etag.ts';
import type { CacheIdentity } from '../../src/ports/entry.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { unique } from '../support/entries.ts';
import { commitOf, newCache, refreshOf } from '../support/loads.ts';
import { alarmOf, claim, load, objects, refresh, stubOf } from '../support/object-loads.ts';

const DAY_MS = 86_400_000;
const entries = d1Entries(env.DB);

afterEach(() => {
  vi.useRealTimers();
});

const forget = ({ key }: CacheIdentity) => objects.purge({ key, soft: false, forget: true });

/** All that the object has stored. */
function stored(cache: CacheIdentity): Promise<string> {
  return runInDurableObject(stubOf(cache), (_, { storage: { sql } }) =>
    JSON.stringify(['keys', 'list_parts', 'ended_tasks'].map((table) => sql.exec(`SELECT * FROM ${table}`).toArray())),
  );
}

/** Lets the alarms of so many days come. */
async function pass(cache: CacheIdentity, days: number): Promise<void> {
  const until = Date.now() + days * DAY_MS;
  for (let alarmAt = await alarmOf(cache); alarmAt !== null && alarmAt <= until; alarmAt = await alarmOf(cache)) {
    vi.useFakeTimers({ toFake: ['Date'], now: Math.max(alarmAt, Date.now()) });
    await runDurableObjectAlarm(stubOf(cache));
  }
  vi.useFakeTimers({ toFake: ['Date'], now: until });
}

it('keeps neither user nor parameters after 7 days, and no alarm; versions continue counting', async () => {
  const [title, owner] = [unique('private'), unique('ann')];
  const cache = newCache(title, owner);
  const { of } = cache.parameters as { of: string };
  for (let loads = 0; loads < 3; loads += 1) await load(cache, {});
  const running = await refresh(cache, { asker: owner });
  const lease = await claim(running.taskId);
  await forget(cache);
  expect(await objects.commit(commitOf(lease))).toEqual({ outcome: 'stale_lease' });
  expect(await objects.state(running.taskId)).toMatchObject({ task: { state: 'REVOKED', cache: { owner } } });

  await pass(cache, 7);
  const rest = await stored(cache);
  for (const secret of [title, owner, of]) expect(rest).not.toContain(secret);
  expect(rest).toContain(cache.key);
  expect(await alarmOf(cache)).toBeNull();

  await evictDurableObject(stubOf(cache));
  const back = await load(cache);
  expect(back).toMatchObject({ outcome: 'committed', task: { version: 4, etag: etagOf(cache.key, 4), cache } });
  expect(await entries.find(cache.key)).toMatchObject({ ...cache, loaded: { version: 4 } });
});

it('ends the tasks that wait and run, and sends no message for them', async () => {
  const cache = newCache('sales', unique('ann'));
  const first = await refresh(cache);
  await claim(first.taskId);
  const behind = await refresh(cache);
  await forget(cache);
  for (const { taskId } of [first, behind]) {
    expect(await objects.state(taskId)).toMatchObject({
      task: { state: 'REVOKED' },
      entry: { owner: null, loaded: null },
    });
    expect(await objects.claim({ taskId, deliveryId: 'later' })).toEqual({ outcome: 'ended' });
  }
});

it('asked for again changes nothing', async () => {
  const cache = newCache('sales', unique('ann'));
  await load(cache);
  const first = await forget(cache);
  expect(await forget(cache)).toEqual(first);
});

it('the user who is back at once gets the name back, in object and D1, and is not forgotten by what was owed', async () => {
  const cache = newCache('sales', unique('ann'));
  await load(cache);
  await forget(cache);
  expect(await objects.enqueue(refreshOf(cache))).toMatchObject({ outcome: 'task', task: { cache } });
  expect(await load(cache)).toMatchObject({ outcome: 'committed', task: { version: 2, cache } });
  await pass(cache, 8);
  expect(await entries.find(cache.key)).toMatchObject({ ...cache, loaded: { version: 2 } });
  expect(await objects.entry(cache.key)).toMatchObject({ entry: { ...cache } });
});

it('is done by the alarm when D1 was away, and not answered before', async () => {
  const cache = newCache('sales', unique('ann'));
  await load(cache);
  await env.DB.exec('ALTER TABLE entries RENAME TO entries_away');
  await expect(forget(cache)).rejects.toMatchObject({ code: 'overloaded' });
  await env.DB.exec('ALTER TABLE entries_away RENAME TO entries');
  await pass(cache, 1);
  expect(await entries.find(cache.key)).toMatchObject({ owner: null, parameters: {}, loaded: null });
});
