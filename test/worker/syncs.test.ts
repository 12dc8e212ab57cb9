import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import type { SyncRecord } from '../../src/ports/messages.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { admin, cachesOf, defineResource, faultsOf, load } from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { Source } from '../support/sources.ts';
import { listed } from '../support/sync-records.ts';
import { until } from '../support/until.ts';

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
  return (await listed(store(), { user }, null, 1000)).map(({ device }) => device);
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
    expect(await cachesOf(title)).toMatchObject([{ owner: other, version: 1 }]);
  });

  it('a user ends the first load of a private cache permanently; a later refresh works again', async () => {
    const source = await Source.define({ scope: 'user' });
    await source.origin.answer({ hold: true });
    const user = unique('ann');
    const ann = new Client({ user });
    const refresh = (prefer: string) =>
      ann.post('/cache/refresh/', { resource_title: source.title }, { Prefer: prefer });
    const { task_id } = await (await refresh('respond-async')).json<{ task_id: string }>();
    await until(async () => expect(await source.loads()).toBe(1));
    await forget(`user=${user}`);

    await source.origin.answerJson({ of: 'before' });
    const state = await ann.get(`/cache/state/?task_id=${task_id}`, { Prefer: 'wait=20' });
    expect(await state.json()).toMatchObject({ task_state: 'REVOKED' });
    expect(await source.loads()).toBe(1);

    await source.origin.answerJson({ of: 'after' });
    expect(await (await refresh('wait=20')).json()).toMatchObject({ task_state: 'SUCCESS' });
    expect(await source.loads()).toBe(2);
    expect(await cachesOf(source.title)).toMatchObject([{ owner: user, version: 1 }]);
  });

  it('a user leaves no name and no parameters in D1, and no list reports the cache', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const user = unique('ann');
    const ann = new Client({ user });
    await load(title, { n: 4711 }, ann);
    const [cache] = await cachesOf(title);
    await forget(`user=${user}`);
    const { results } = await env.DB.prepare('SELECT * FROM entries WHERE key = ?').bind(cache?.key).all();
    expect(results).toHaveLength(1);
    for (const secret of [user, '4711', title]) expect(JSON.stringify(results)).not.toContain(secret);
    expect(await cachesOf(title)).toEqual([]);
    expect((await admin.get(`/caches/${cache?.key}/`)).status).toBe(404);
    const all = await (await admin.get('/caches/')).json<{ key: string }[]>();
    expect(all.map(({ key }) => key)).not.toContain(cache?.key);

    // Versions continue counting, so that no ETag is given twice.
    await load(title, { n: 4711 }, ann);
    expect(await cachesOf(title)).toMatchObject([
      { key: cache?.key, owner: user, version: 2, parameters: { n: 4711 } },
    ]);
  });

  it('goes in pages, and empties the caches on the last', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const user = unique('ann');
    await load(title, {}, new Client({ user }));
    await note(user, 'd', 501);
    const first = await forget(`user=${user}`);
    expect(first).toEqual({ forgotten: 500, next: expect.any(String) });
    expect(await forget(`user=${user}&cursor=${first.next}`)).toEqual({ forgotten: 1, next: null });
    expect(await cachesOf(title)).toEqual([]);
  });

  it('somebody unknown forgets nothing', async () => {
    expect(await forget(`user=${unique('nobody')}`)).toEqual({ forgotten: 0, next: null });
  });

  it.each([
    ['', '/user is required'],
    ['user=', '/user must not be empty'],
    ['user=a&device=', '/device must not be empty'],
    ['user=a&resource_title=x', '/resource_title is not known here; known are "user", "device", "cursor"'],
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
