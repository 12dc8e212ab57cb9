/** The whole service over three databases, while rows of the first move to the others (vitest.config.ts). */
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CacheRecord } from '../../../src/contract/administration.ts';
import { API_BASE } from '../../../src/contract/constants.ts';
import { Source } from '../../../src/contract/source.ts';
import { hashOfText, shardOf } from '../../../src/core/shards.ts';
import { runCron } from '../../../src/cron.ts';
import { makeServices } from '../../../src/services.ts';
import { readSettings } from '../../../src/settings.ts';
import { entriesIn, resourcesIn, sourcesIn } from '../../../src/stores/databases.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { admin, alice, defineResource, loadAll } from '../../support/admin.ts';
import { Client, sendRoot, sendUnder } from '../../support/client.ts';
import { unique } from '../../support/entries.ts';
import { sampleResource } from '../../support/resources.ts';
import { databases, rowsIn } from '../../support/shards.ts';
import { bearer } from '../../support/token.ts';
import { until } from '../../support/until.ts';

const MOVING = { now: 3, before: 1 };
const NUMBERS = Array.from({ length: 12 }, (_value, n) => ({ n }));

afterEach(() => {
  vi.restoreAllMocks();
});

/** A resource with twelve caches, some in each database. */
async function defineLoaded(): Promise<string> {
  const { title } = await defineResource();
  await loadAll(title, NUMBERS);
  const placed = await rowsIn<{ key: string }>('SELECT key FROM entries WHERE resource = ?1', title);
  return placed.every((rows) => rows.length > 0) ? title : defineLoaded();
}
const cron = () =>
  runCron(
    makeServices(env, () => {}),
    Date.now(),
  );
/** The marks of a resource, in each database. */
const marksOf = async (title: string) =>
  (await rowsIn('SELECT number, purged, definition IS NULL AS deleted FROM resources WHERE title = ?1', title)).flat();

async function cachesOf(title: string): Promise<CacheRecord[]> {
  const found: CacheRecord[] = [];
  for (let path: string | undefined = `/caches/?resource_title=${title}&limit=5`; path !== undefined; ) {
    const response = await admin.get(path);
    found.push(...(await response.json<CacheRecord[]>()));
    path = /<\/api\/v1([^>]*)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  return found;
}

describe('caches over three databases', () => {
  it('are listed, purged as a whole and loaded again', async () => {
    const title = await defineLoaded();
    const caches = await cachesOf(title);
    expect(caches.map(({ key }) => key)).toEqual(caches.map(({ key }) => key).toSorted());
    expect(caches.map(({ version }) => version)).toEqual(NUMBERS.map(() => 1));

    expect(await (await admin.delete(`/caches/?resource_title=${title}`)).json()).toEqual({ purged: 12, next: null });
    expect(new Set((await marksOf(title)).map((mark) => JSON.stringify(mark))).size).toBe(1);
    const read = NUMBERS.map(async ({ n }) => {
      const response = await alice.get(`/rpc/${title}/?n=${n}`);
      await response.text();
      return [response.status, response.headers.get('Content-Version')];
    });
    expect(await Promise.all(read)).toEqual(NUMBERS.map(() => [200, 'v2']));
  });

  it('leave nothing in any of them when their resource is deleted', async () => {
    const title = await defineLoaded();
    expect((await admin.delete(`/resources/${title}/`)).status).toBe(204);
    await until(async () => {
      await cron();
      expect((await rowsIn('SELECT key FROM entries WHERE resource = ?1', title)).flat()).toEqual([]);
      expect(await marksOf(title)).toEqual([]);
    });
  });

  it('are announced to their devices, whichever database has what', async () => {
    const title = await defineLoaded();
    const user = ['ann', 'ben', 'cat', 'don', 'els'].find((name) => shardOf(hashOfText(name), 3) !== 0) ?? '';
    const client = new Client({ user });
    for (const { n } of NUMBERS) await (await client.get(`/rpc/${title}/?n=${n}`, { 'X-Device-Id': 'd' })).text();
    await until(async () => {
      const listed = await (await client.get('/cache/?expand=resource')).json<Record<string, unknown>[]>();
      expect(listed.map((record) => [record.current_version, record.stale])).toEqual(NUMBERS.map(() => [1, false]));
    }, 200);
    expect(await (await admin.delete(`/syncs/?user=${user}`)).json()).toEqual({ forgotten: 12, next: null });
    expect(await (await client.get('/cache/')).json()).toEqual([]);
  });
});

describe('the mark of a resource', () => {
  it('is in every database when a change is answered', async () => {
    const title = unique('marked');
    const resources = resourcesIn(env, MOVING);
    const mark = (number: number, deleted = 0) => databases.map(() => ({ number, purged: number, deleted }));
    const stored = await resources.put(title, sampleResource(), true, null, 1000);
    expect(await marksOf(title)).toEqual(mark(1000));
    await resources.put(title, sampleResource({ ttl_s: 5 }), true, stored?.changedAt ?? null, 1500);
    expect((await marksOf(title)).map((row) => Object(row).number)).toEqual([1500, 1500, 1500]);
    await resources.expireAll(title, false, 2000);
    expect(await marksOf(title)).toEqual(mark(2000));
    await resources.remove(title, null, 3000);
    expect(await marksOf(title)).toEqual(mark(3000, 1));
    await resources.endSweep(title, 3000);
    expect(await marksOf(title)).toEqual([]);
  });

  it('has the new number in every database when a change of its source is answered', async () => {
    const [title, name] = [unique('marked'), unique('source')];
    const sources = sourcesIn(env, MOVING);
    const source = v.parse(Source, { url: 'https://erp.example.com/' });
    await sources.put(name, source, false, null, 1000);
    const definition = sampleResource({ origin: { source: name, url: 'x' } });
    await resourcesIn(env, MOVING).put(title, definition, true, null, 1000);
    const put = await sources.put(name, { ...source, headers: { a: 'b' } }, true, 1000, 2000);
    expect(put?.resources).toEqual([title]);
    expect((await marksOf(title)).map((row) => Object(row).number)).toEqual([2000, 2000, 2000]);
  });

  it('that one database has not taken is not an answer, and is made good by the cron', async () => {
    const title = unique('marked');
    await resourcesIn(env, MOVING).put(title, sampleResource(), true, null, 1000);
    const down = {
      ...env,
      DB_1: { prepare: () => ({ bind: () => ({ run: () => Promise.reject(new Error('down')) }) }) },
    };
    await expect(resourcesIn(down as unknown as Env, MOVING).expireAll(title, false, 2000)).rejects.toThrow('down');
    expect((await marksOf(title)).map((row) => Object(row).purged)).toEqual([2000, 1000, 2000]);
    await entriesIn(env, MOVING).moveStrays?.();
    expect((await marksOf(title)).map((row) => Object(row).purged)).toEqual([2000, 2000, 2000]);
  });

  it('comes to a new database, and nothing late changes it', async () => {
    const title = unique('marked');
    await resourcesIn(env, MOVING).put(title, sampleResource(), true, null, 1000);
    await env.DB_2?.prepare('DELETE FROM resources').run();
    await env.DB_1?.prepare('UPDATE resources SET number = 5000, purged = 5000 WHERE title = ?1').bind(title).run();
    await cron();
    expect((await marksOf(title)).map((row) => Object(row).number)).toEqual([1000, 5000, 1000]);
    const { mark } = await d1Entries(databases[2] ?? env.DB).read('none', title);
    expect(mark).toEqual({ number: 1000, purged: 1000, deleted: false });
  });
});

it('tells in the log of each round through a table, and when it has moved nothing', async () => {
  await env.DB.prepare(
    `INSERT INTO devices (user, device, rev, seen, checked, caches, holds, refusals)
    VALUES ('bob', 'd', 1, 1000, 0, '{}', '{}', '{}')`,
  ).run();
  const written = vi.spyOn(console, 'info');
  const { syncRecords } = makeServices(env, () => {});
  const rounds = async () => {
    written.mockClear();
    await syncRecords.moveStrays?.();
    return written.mock.calls
      .map(([line]) => JSON.parse(line))
      .filter(({ event }) => event === 'shards.walked')
      .map(({ table, shard, moved }) => `${table} ${shard}: ${moved}`)
      .sort();
  };
  expect(await rounds()).toEqual(['devices 0: 1', 'devices 1: 0', 'devices 2: 0']);
  expect(await rounds()).toEqual(['devices 0: 0', 'devices 1: 0', 'devices 2: 0']);
});

it('health asks each database', async () => {
  const stores = { d1: 'ok', d1_1: 'ok', d1_2: 'ok', r2: 'ok', object: 'ok' };
  expect(await (await sendRoot('/healthz')).json()).toEqual({ status: 'ok', stores, edge: 'ok' });
});

describe('the settings', () => {
  it.each([
    ['3,1', { now: 3, before: 1 }],
    ['1,3', { now: 1, before: 3 }],
    ['3', { now: 3, before: 3 }],
    ['', { now: 1, before: 1 }],
  ])('%j is read', (text, shards) => {
    const { syncShards, entryShards } = readSettings({ ...env, SYNC_SHARDS: text, ENTRY_SHARDS: text });
    expect([syncShards, entryShards]).toEqual([shards, shards]);
  });

  it.each(['0', '65', 'x', '3,', '3,1,1', '1.5'])('%j is refused', (text) => {
    expect(() => readSettings({ ...env, SYNC_SHARDS: text })).toThrow('SYNC_SHARDS must be one or two whole numbers');
  });

  it('a number without its database is a misconfiguration that names the binding', async () => {
    const init = { headers: await bearer() };
    for (const setting of [{ SYNC_SHARDS: '4' }, { ENTRY_SHARDS: '3,4' }]) {
      const response = await sendUnder(setting, `${API_BASE}/cache/`, init);
      expect(response.status).toBe(500);
      const [name] = Object.keys(setting);
      expect(await response.json()).toMatchObject({
        detail: `The setting ${name} needs the D1 binding DB_3. Tell the operator of this service.`,
      });
    }
  });
});
