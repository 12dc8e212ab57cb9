/** What has become of one cache: its kept versions and its tasks (CONTRACT 4). */

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { VersionRecord } from '../../src/contract/administration.ts';
import type { ExpandedTaskAnswer } from '../../src/contract/task.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { EndedTasks } from '../../src/object/ended-tasks.ts';
import { admin, alice, defineResource, faultsOf, load, onlyCache } from '../support/admin.ts';
import { Client, sendUnder } from '../support/client.ts';
import { recordingDatabase } from '../support/database.ts';
import { bearer } from '../support/token.ts';

const UNKNOWN_KEY = 'f'.repeat(64);
const DAY_MS = 86_400_000;
const inspector = new Client({ user: 'ida', scope: 'cache:inspect' });

const versionsOf = async (key: string): Promise<VersionRecord[]> =>
  (await inspector.get(`/caches/${key}/versions/`)).json();
const tasksOf = async (key: string, query = ''): Promise<ExpandedTaskAnswer[]> =>
  (await inspector.get(`/caches/${key}/tasks/${query}`)).json();

/** A cache of rows `[{id}]`, loaded once for each list of ids. */
async function loadedWith(...loads: number[][]) {
  const { title, origin } = await defineResource({ tables: [{ name: 't', rows: '', columns: ['id'] }] });
  for (const ids of loads) {
    await origin.answerJson(ids.map((id) => ({ id })));
    await load(title);
  }
  return { title, origin, key: (await onlyCache(title)).key };
}

describe('the versions of a cache', () => {
  it('are those that changed the body, newest first, with the rows that came and went', async () => {
    const before = Date.now();
    const { key } = await loadedWith([1, 2, 3], [1, 2, 3], [1, 2, 4, 5]);
    const versions = await versionsOf(key);
    const tag = key.slice(0, 16);
    expect(versions).toEqual([
      {
        version: 3,
        etag: `${tag}-v3`,
        loaded: expect.any(String),
        inserted: 2,
        deleted: 1,
        bytes: expect.any(Number),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      {
        version: 1,
        etag: `${tag}-v1`,
        loaded: expect.any(String),
        inserted: 3,
        deleted: 0,
        bytes: null,
        hash: expect.any(String),
      },
    ]);
    expect(Object.keys(versions[0] ?? {})).toEqual([
      'version',
      'etag',
      'loaded',
      'inserted',
      'deleted',
      'bytes',
      'hash',
    ]);
    const times = versions.map(({ loaded }) => Date.parse(loaded));
    expect(times.toSorted((a, b) => b - a)).toEqual(times);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
    expect(versions[0]?.bytes).toBeGreaterThan(0);
  });

  it('of a body that is not a table have neither rows nor hash', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    expect(await versionsOf(key)).toMatchObject([
      { version: 1, inserted: null, deleted: null, bytes: null, hash: null },
    ]);
  });

  it('are gone with a purge of the cache, and with one of its resource', async () => {
    const [one, other] = [await loadedWith([1]), await loadedWith([1])];
    await admin.delete(`/caches/${one.key}/`);
    expect(await versionsOf(one.key)).toEqual([]);
    await admin.delete(`/caches/?resource_title=${other.title}`);
    expect(await versionsOf(other.key)).toEqual([]);
  });

  it('cost one statement, and are answered 304 to clients that know them', async () => {
    const { key } = await loadedWith([1]);
    const { db, statements } = recordingDatabase(env.DB);
    const headers = await bearer({ user: 'ida', scope: 'cache:inspect' });
    const answer = await sendUnder({ DB: db }, `/api/v1/caches/${key}/versions/`, { headers });
    expect(answer.status).toBe(200);
    expect(statements.filter(({ sql }) => /\bentries\b/.test(sql))).toHaveLength(1);
    const known = { 'If-None-Match': answer.headers.get('ETag') ?? '' };
    expect((await inspector.get(`/caches/${key}/versions/`, known)).status).toBe(304);
  });

  it('of no cache are 404', async () => {
    expect((await inspector.get(`/caches/${UNKNOWN_KEY}/versions/`)).status).toBe(404);
    expect((await inspector.get('/caches/x/versions/')).status).toBe(404);
  });
});

describe('the tasks of a cache', () => {
  it('are told whole, what runs first, then what ended last', async () => {
    const { title, origin, key } = await loadedWith([1]);
    await origin.answerJson({ not: 'a table' });
    await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    await origin.answer({ hold: true });
    const refresh = () => alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'respond-async' });
    const { task_id: running } = await (await refresh()).json<{ task_id: string }>();
    const state = async () => (await tasksOf(key)).find(({ task_id }) => task_id === running)?.task_state;
    await expect.poll(state).toBe('STARTED');
    const { task_id: behind } = await (await refresh()).json<{ task_id: string }>();
    const tasks = await tasksOf(key);
    expect(tasks.map(({ task_id, task_state }) => [task_id, task_state])).toEqual([
      [behind, 'PENDING'],
      [running, 'STARTED'],
      [expect.any(String), 'FAILURE'],
      [expect.any(String), 'SUCCESS'],
    ]);
    const one = await admin.get(`/cache/state/?task_id=${tasks[3]?.task_id}&expand=task`);
    expect(tasks[3]).toEqual(await one.json());
    await origin.answerJson([{ id: 1 }]);
  });

  it('are at most as many as asked for, 50 unless told, and none that ended 7 days ago', async () => {
    const { key } = await loadedWith([1]);
    const [known] = await tasksOf(key);
    const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(key));
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const ended = new EndedTasks(sql);
      const { record } = ended.read(known?.task_id ?? '') ?? {};
      if (record === undefined) throw new Error('the task is not there');
      const now = Date.now();
      for (let age = 1; age <= 60; age++)
        ended.write(key, { ...record, taskId: crypto.randomUUID(), endedAt: now - age });
      ended.write(key, { ...record, taskId: crypto.randomUUID(), endedAt: now - 7 * DAY_MS });
    });
    expect(await tasksOf(key)).toHaveLength(50);
    expect(await tasksOf(key, '?limit=1000')).toHaveLength(61);
    const [first, second] = await tasksOf(key, '?limit=2');
    expect(first).toEqual((await tasksOf(key, '?limit=1'))[0]);
    expect(Date.parse(first?.ended ?? '')).toBeGreaterThan(Date.parse(second?.ended ?? ''));
    for (const limit of ['0', '1001', 'x']) {
      expect((await faultsOf(await inspector.get(`/caches/${key}/tasks/?limit=${limit}`)))[0]).toMatch(/^\/limit /);
    }
  });

  it('are fewer where each repeats large parameters', async () => {
    const { title } = await defineResource({ parameters_max_bytes: 65_536 });
    await load(title, { of: 'x'.repeat(60_000) });
    const { key } = await onlyCache(title);
    const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(key));
    const [known] = await tasksOf(key);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const ended = new EndedTasks(sql);
      const { record } = ended.read(known?.task_id ?? '') ?? {};
      for (let age = 1; age <= 100; age++)
        ended.write(key, { ...record, taskId: crypto.randomUUID(), endedAt: Date.now() } as never);
    });
    expect(await tasksOf(key, '?limit=1000')).toHaveLength(69);
  });

  it('show names that only the origin knows to cache:admin alone', async () => {
    const { title, origin } = await defineResource({ tables: [{ name: 't', rows: '', columns: ['id', 'nome'] }] });
    await origin.answerJson([{ id: 1, name: 'a' }]);
    await load(title);
    const { key } = await onlyCache(title);
    const warningsFor = async (client: Client) =>
      (await (await client.get(`/caches/${key}/tasks/`)).json<ExpandedTaskAnswer[]>())[0]?.warnings;
    expect(await warningsFor(admin)).toEqual([
      'Table "t", column "nome": no row has the member nome; there are id, name.',
    ]);
    expect(await warningsFor(inspector)).toEqual(['Table "t", column "nome": no row has the member nome.']);
  });

  it('of no cache are 404, and make no object', async () => {
    expect((await inspector.get(`/caches/${UNKNOWN_KEY}/tasks/`)).status).toBe(404);
  });

  it('of a cache whose object lost its rows are none', async () => {
    const { key } = await loadedWith([1]);
    const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(key));
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAll());
    await evictDurableObject(stub);
    expect(await tasksOf(key)).toEqual([]);
  });
});
