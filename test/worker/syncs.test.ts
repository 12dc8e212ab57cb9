import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { SyncRecord } from '../../src/contract/messages.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { admin, cachesOf, defineResource, faultsOf, load } from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { Source } from '../support/sources.ts';

const store = () => d1SyncRecords(env.DB);

/** Notes `count` records of one device. */
async function note(user: string, device: string, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_none, n): SyncRecord => {
    const { key } = cacheIdentity('sales', { n }, null);
    return { user, device, resource: 'sales', key, syncedAt: Date.now(), version: 1, changed: 1 };
  });
  await store().put(records);
}

async function devicesOf(user: string): Promise<string[]> {
  return (await store().list({ user }, null, 1000)).map(({ device }) => device);
}

async function forget(query: string): Promise<{ forgotten: number; next: string | null }> {
  const answer = await admin.delete(`/syncs/?${query}`);
  expect(answer.status).toBe(200);
  return answer.json();
}

describe('forgetting', () => {
  it('a device leaves the other devices, the other users and the private caches', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const user = unique('ann');
    const other = unique('bob');
    await load(title, {}, new Client({ user }));
    await note(user, 'd1', 2);
    await note(user, 'd2', 1);
    await note(other, 'd1', 1);
    expect(await forget(`user=${user}&device=d1`)).toEqual({ forgotten: 2, next: null });
    expect(await devicesOf(user)).toEqual(['d2']);
    expect(await devicesOf(other)).toEqual(['d1']);
    expect(await cachesOf(title)).toMatchObject([{ owner: user, version: 1 }]);
  });

  it('a user takes all records and empties the private caches, nobody else', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const user = unique('ann');
    const other = unique('bob');
    for (const name of [user, other]) await load(title, {}, new Client({ user: name }));
    await note(user, 'd1', 1);
    await note(user, 'd2', 1);
    await note(other, 'd1', 1);
    expect(await forget(`user=${user}`)).toEqual({ forgotten: 2, next: null });
    expect(await devicesOf(user)).toEqual([]);
    expect(await devicesOf(other)).toEqual(['d1']);
    const versions = (await cachesOf(title)).map(({ owner, version }) => [owner, version]);
    expect(versions.toSorted()).toEqual(
      [
        [user, null],
        [other, 1],
      ].toSorted(),
    );
  });

  it('a user breaks off the first load of a private cache, so that nothing fetched before becomes current (Invariant 9)', async () => {
    const source = await Source.define({ scope: 'user' });
    await source.origin.answer({ hold: true });
    const user = unique('ann');
    const ann = new Client({ user });
    const asked = await ann.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'respond-async' });
    const { task_id } = await asked.json<{ task_id: string }>();
    await vi.waitFor(async () => expect(await source.loads()).toBe(1), { timeout: 5000 });
    await forget(`user=${user}`);

    await source.origin.answerJson({ of: 'before' });
    const state = await ann.get(`/cache/state/?task_id=${task_id}`, { Prefer: 'wait=20' });
    expect(await state.json()).toMatchObject({ task_state: 'SUCCESS' });
    expect(await source.loads()).toBe(2);
  });

  it('goes in pages, and empties the caches on the last', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const user = unique('ann');
    await load(title, {}, new Client({ user }));
    await note(user, 'd', 501);
    const first = await forget(`user=${user}`);
    expect(first).toEqual({ forgotten: 500, next: expect.any(String) });
    expect(await forget(`user=${user}&cursor=${first.next}`)).toEqual({ forgotten: 1, next: null });
    expect(await cachesOf(title)).toMatchObject([{ version: null }]);
  });

  it('somebody unknown forgets nothing', async () => {
    expect(await forget(`user=${unique('nobody')}`)).toEqual({ forgotten: 0, next: null });
  });

  it.each([
    ['', '/user is required'],
    ['user=', '/user must not be empty'],
    ['user=a&device=', '/device must not be empty'],
    ['user=a&resource_title=x', '/resource_title is not known here'],
  ])('refuses ?%s', async (query, fault) => {
    expect(await faultsOf(await admin.delete(`/syncs/?${query}`))).toEqual([fault]);
  });

  it('refuses a cursor that is none', async () => {
    expect((await admin.delete('/syncs/?user=a&cursor=x')).status).toBe(400);
  });

  it('needs cache:admin, and has no other method', async () => {
    expect((await new Client({ user: 'a' }).delete('/syncs/?user=a')).status).toBe(403);
    expect((await send('/syncs/?user=a', { method: 'DELETE' })).status).toBe(401);
    const other = await admin.get('/syncs/');
    expect([other.status, other.headers.get('Allow')]).toEqual([405, 'DELETE, OPTIONS']);
  });
});
