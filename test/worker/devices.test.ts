/** CONTRACT 4 "Devices": `GET /devices/`. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { tagOfKey } from '../../src/core/etag.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { admin, defineResource, faultsOf } from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { sampleEntry, sampleLoaded, unique } from '../support/entries.ts';
import { Source } from '../support/sources.ts';
import { sampleRecord } from '../support/sync-records.ts';
import { until } from '../support/until.ts';

const store = d1SyncRecords(env.DB);
const AT = Date.parse('2026-11-01T12:00:00.007Z');

interface CacheOfDevice {
  etag: string;
  key?: string;
  failing?: boolean;
}

/** A user of one's own, with two caches of a resource, both at version 2. */
async function scene() {
  const user = unique('user');
  const { title } = await defineResource();
  const keys = [1, 2].map((n) => cacheIdentity(title, { n }, null).key);
  for (const n of [1, 2]) {
    const loaded = sampleLoaded(2, { changed: 2 });
    await d1Entries(env.DB).put(sampleEntry({ ...cacheIdentity(title, { n }, null), number: Date.now(), loaded }));
  }
  const record = (at: number, more = {}) =>
    sampleRecord({
      user,
      device: 'tablet',
      resource: title,
      key: keys[at] ?? '',
      syncedAt: AT,
      version: 2,
      changed: 2,
      ...more,
    });
  return { user, title, keys, record, client: new Client({ user }) };
}
async function devicesOf(client: Client, query = ''): Promise<Record<string, unknown>[]> {
  const answer = await client.get(`/devices/${query}`);
  expect(answer.status).toBe(200);
  return answer.json();
}

describe('the list of devices', () => {
  it('tells when each was seen, how many caches it has and how many are out of date', async () => {
    const { user, record, client } = await scene();
    await store.put([
      record(0),
      record(1, { version: 1, changed: 1 }),
      record(0, { device: 'phone', syncedAt: AT + 1 }),
    ]);
    expect(await (await client.get('/devices/')).text()).toBe(
      `[{"user":"${user}","device":"phone","seen":"2026-11-01T12:00:00.008Z","caches":1,"behind":0},` +
        `{"user":"${user}","device":"tablet","seen":"2026-11-01T12:00:00.007Z","caches":2,"behind":1}]`,
    );
  });

  it('tells with expand=caches of each cache how far it is behind', async () => {
    const { title, keys, record, client } = await scene();
    const gone = sampleRecord({ ...record(0), resource: 'gone', key: 'f'.repeat(64) });
    await store.put([record(0), record(1, { version: 1, changed: 1 }), gone]);
    const cache = (at: number, more: object) => ({
      resource_title: title,
      etag: `${tagOfKey(keys[at] ?? '')}-v2`,
      version: 2,
      sync_datetime: '2026-11-01T12:00:00.007Z',
      held: true,
      current_version: 2,
      behind: 0,
      ...more,
    });
    const [device] = await devicesOf(client, '?expand=caches');
    const older = { etag: `${tagOfKey(keys[1] ?? '')}-v1`, version: 1, behind: 1 };
    expect(device?.behind).toBe(2);
    expect(device?.caches).toHaveLength(3);
    expect(device?.caches).toEqual(
      expect.arrayContaining([
        cache(0, {}),
        cache(1, older),
        cache(0, { resource_title: 'gone', etag: 'ffffffffffffffff-v2', current_version: null, behind: null }),
      ]),
    );
  });

  it('tells cache:inspect which cache each is, and whether its loads fail', async () => {
    const { user, title, keys, record, client } = await scene();
    const error = { type: '/docs/problems#origin-status', title: 'Origin status', detail: 'It answered 401.' };
    const identity = cacheIdentity(title, { n: 2 }, null);
    const failing = { ...identity, number: Date.now(), revision: Date.now(), loaded: sampleLoaded(2, { changed: 2 }) };
    await d1Entries(env.DB).put(sampleEntry({ ...failing, lastError: error }));
    await store.put([record(0), record(1)]);
    const told = async (reader: Client) => {
      const [device] = await devicesOf(reader, `?user=${user}&expand=caches`);
      return new Map(
        ((device?.caches ?? []) as CacheOfDevice[]).map(({ etag, key, failing }) => [etag, { key, failing }]),
      );
    };
    const [a = '', b = ''] = keys.map((key) => `${tagOfKey(key)}-v2`);
    expect(await told(new Client({ user: 'bob', scope: 'cache:inspect' }))).toEqual(
      new Map([
        [a, { key: keys[0], failing: false }],
        [b, { key: keys[1], failing: true }],
      ]),
    );
    expect(await told(client)).toEqual(new Map([a, b].map((etag) => [etag, { key: undefined, failing: undefined }])));
  });

  it('counts as behind only what the device held at its last full check or was given since', async () => {
    const { user, keys, record, client } = await scene();
    const old = [0, 1].map((at) => record(at, { version: 1, changed: 1 }));
    const check = (at: number, tags: string[], adds = false) => ({ user, device: 'tablet', at, tags, adds });
    const [a = '', b = ''] = keys.map(tagOfKey);
    const behind = async () => (await devicesOf(client))[0]?.behind;
    await store.put(old);
    expect(await behind()).toBe(2);
    await store.put([], { checks: [check(AT + 1, [a])] });
    expect(await behind()).toBe(1);
    await store.put([], { checks: [check(AT + 2, [b], true)] });
    expect(await behind()).toBe(2);
    await store.put([], { checks: [check(AT + 3, [])] });
    expect(await behind()).toBe(0);
    await store.put([record(0, { version: 1, changed: 1, syncedAt: AT + 4 })]);
    expect(await behind()).toBe(1);
    expect(await devicesOf(client)).toMatchObject([{ caches: 2 }]);
  });

  it('leaves out caches of resources that are closed to the reader', async () => {
    const { user, record } = await scene();
    const { title } = await defineResource({ groups: ['sales'] });
    await store.put([record(0), record(0, { resource: title, key: 'e'.repeat(64) })]);
    expect(await devicesOf(new Client({ user }))).toMatchObject([{ caches: 1, behind: 0 }]);
    expect(await devicesOf(new Client({ user, groups: ['sales'] }))).toMatchObject([{ caches: 2, behind: 1 }]);
    expect(await devicesOf(admin, `?user=${user}`)).toMatchObject([{ caches: 2, behind: 1 }]);
  });

  it('goes in pages of at most 200, and by device', async () => {
    const { user, record, client } = await scene();
    const names = Array.from({ length: 205 }, (_, n) => `d${String(n).padStart(3, '0')}`);
    await store.put(names.map((device) => record(0, { device })));
    const found: unknown[] = [];
    for (let path: string | undefined = '/devices/'; path !== undefined; ) {
      const answer: Response = await client.get(path);
      const page = await answer.json<{ device: string }[]>();
      expect(page.length).toBeLessThanOrEqual(200);
      found.push(...page.map(({ device }) => device));
      path = /^<\/api\/v1(\/devices[^>]*)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1];
    }
    expect(found).toEqual(names);
    expect(await devicesOf(client, '?device=d007')).toMatchObject([{ user, device: 'd007' }]);
    await store.put([record(0, { device: '..' })]);
    expect(await devicesOf(client, '?device=..')).toMatchObject([{ device: '..' }]);
    expect((await client.get('/devices/?cursor=x')).status).toBe(400);
    expect(await faultsOf(await client.get('/devices/?limit=201'))).toHaveLength(1);
  });

  it("tells others' devices to cache:inspect alone", async () => {
    const { user, record } = await scene();
    await store.put([record(0)]);
    expect((await new Client({ user: 'bob' }).get(`/devices/?user=${user}`)).status).toBe(403);
    expect((await new Client({ user: 'bob' }).get('/devices/?user=*')).status).toBe(403);
    expect((await send('/devices/')).status).toBe(401);
    expect(await devicesOf(new Client({ user: 'bob', scope: 'cache:inspect' }), `?user=${user}`)).toMatchObject([
      { user },
    ]);
    const all = await devicesOf(admin, '?user=*&device=tablet');
    expect(all.map((device) => device.user)).toContain(user);
    const other = await admin.send('PUT', '/devices/');
    expect([other.status, other.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('devices by name', () => {
  const named = async (client: Client, query: string) =>
    (await devicesOf(client, query)).map(({ device }) => device as string);
  const search = (client: Client, text: string) => named(client, `?search=${encodeURIComponent(text)}`);

  it('are found by words, whatever their case, and what parts them; nothing is a wildcard', async () => {
    const { record, client } = await scene();
    const names = ['100%', 'Store-3-Tablet-12', 'phone-1', 'store-12-tablet-3', 'tablet-17'];
    await store.put(names.map((device) => record(0, { device })));
    expect(await search(client, 'tablet 17')).toEqual(['tablet-17']);
    expect(await search(client, 'TABLET_17')).toEqual(['tablet-17']);
    expect(await search(client, 'Store 12')).toEqual(['Store-3-Tablet-12', 'store-12-tablet-3']);
    expect(await search(client, 'tab')).toEqual(['Store-3-Tablet-12', 'store-12-tablet-3', 'tablet-17']);
    expect(await search(client, '%')).toEqual(['100%']);
    for (const none of ['t%17', 'tablet?17', '*', '_', 'планшет 17', 'tablet 18', "' OR '1'='1"]) {
      expect([none, await search(client, none)]).toEqual([none, []]);
    }
    expect(await named(client, '?prefix=store-12-')).toEqual(['store-12-tablet-3']);
    expect(await named(client, '?prefix=100%25')).toEqual(['100%']);
    expect(await named(client, '?prefix=_')).toEqual([]);
    expect(await named(client, '?prefix=store&search=tablet')).toEqual(['store-12-tablet-3']);
    expect(await named(client, '?device=tablet-17&search=phone')).toEqual([]);
    expect(await faultsOf(await client.get('/devices/?search='))).toHaveLength(1);
    expect(await faultsOf(await client.get(`/devices/?search=${'x'.repeat(129)}`))).toHaveLength(1);
  });

  it('are found among those of all users by cache:inspect, and page by page', async () => {
    const mark = unique('m').replace(/[-_]/g, '');
    const { record } = await scene();
    const users = [1, 2, 3].map(() => unique('user')).sort();
    await store.put(users.flatMap((user) => ['x', 'y'].map((end) => record(0, { user, device: `${mark}-${end}` }))));
    const seen: unknown[] = [];
    let path: string | undefined = `/devices/?user=*&search=${mark.toUpperCase()}%20Y&limit=2`;
    while (path !== undefined) {
      const page: Response = await admin.get(path);
      seen.push(...(await page.json<{ user: string }[]>()).map(({ user }) => user));
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(seen).toEqual(users);
  });

  it('that are large come whole, in their order', async () => {
    const { record, client } = await scene();
    const keys = Array.from({ length: 300 }, (_, n) => String(n).padStart(64, '0'));
    await store.put(['big-1', 'big-2'].flatMap((device) => keys.map((key) => record(0, { device, key }))));
    await store.put([record(0, { device: 'big-3' })]);
    expect(await devicesOf(client, '?prefix=big')).toMatchObject([
      { device: 'big-1', caches: 300 },
      { device: 'big-2', caches: 300 },
      { device: 'big-3', caches: 1 },
    ]);
  });

  it('are looked for among 5,000 names a page, which is empty then and leads on', async () => {
    const user = unique('user');
    const fill = `INSERT INTO devices (user, device, rev, seen, checked, caches, holds, refusals)
      WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 5001)
      SELECT ?1, printf('d-%05d', value), 1, 1, 0, '{}', '{}', '{}' FROM n`;
    await env.DB.prepare(fill).bind(user).run();
    const page = await admin.get(`/devices/?user=${user}&search=05001`);
    const [, next] = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '') ?? [];
    expect([page.status, await page.json()]).toEqual([200, []]);
    const last = await admin.get(next ?? '');
    expect([await last.json(), last.headers.get('Link')]).toEqual([
      [expect.objectContaining({ device: 'd-05001' })],
      null,
    ]);
  });
});

describe('devices that are behind', () => {
  it('hold a version that is older than the current one', async () => {
    const { user, record, client } = await scene();
    const old = { version: 1, changed: 1 };
    await store.put([
      record(0, { device: 'current' }),
      record(0, { device: 'old', ...old }),
      record(1, { device: 'old-2', ...old }),
      record(0, { device: 'gave-up', ...old }),
    ]);
    await store.put([], { checks: [{ user, device: 'gave-up', at: AT + 1, tags: [], adds: false }] });
    const names = async (query: string) => (await devicesOf(client, query)).map(({ device }) => device);
    expect(await names('?behind=true')).toEqual(['old', 'old-2']);
    expect(await names('?behind=false')).toEqual(['current', 'gave-up', 'old', 'old-2']);
    expect(await names('?behind=true&search=2')).toEqual(['old-2']);
    const first = await client.get('/devices/?behind=true&limit=1');
    expect(await first.json()).toMatchObject([{ device: 'old', behind: 1 }]);
    const [, next] = /^<\/api\/v1(.*)>; rel="next"$/.exec(first.headers.get('Link') ?? '') ?? [];
    const second = await client.get(next ?? '');
    expect(await second.json()).toMatchObject([{ device: 'old-2' }]);
    expect(await faultsOf(await client.get('/devices/?behind=yes'))).toHaveLength(1);
  });

  it('are not told by a cache that is closed to the reader', async () => {
    const { user, record } = await scene();
    const { title } = await defineResource({ groups: ['sales'] });
    const identity = cacheIdentity(title, { n: 1 }, null);
    await d1Entries(env.DB).put(
      sampleEntry({ ...identity, number: Date.now(), loaded: sampleLoaded(2, { changed: 2 }) }),
    );
    await store.put([record(0, { resource: title, key: identity.key, version: 1, changed: 1 })]);
    expect(await devicesOf(new Client({ user }), '?behind=true')).toEqual([]);
    expect(await devicesOf(new Client({ user, groups: ['sales'] }), '?behind=true')).toHaveLength(1);
  });

  it('are looked for among 1,000 devices a page, which is empty then and leads on', async () => {
    const { user, record, client } = await scene();
    const fill = `INSERT INTO devices (user, device, rev, seen, checked, caches, holds, refusals)
      WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1000)
      SELECT ?1, printf('d-%05d', value), 1, 1, 0, '{}', '{}', '{}' FROM n`;
    await env.DB.prepare(fill).bind(user).run();
    await d1SyncRecords(env.DB, { maxDevices: null }).put([record(0, { device: 'e', version: 1, changed: 1 })]);
    const page = await client.get('/devices/?behind=true');
    expect(await page.json()).toEqual([]);
    const [, next] = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '') ?? [];
    const last = await client.get(next ?? '');
    expect(await last.json()).toMatchObject([{ device: 'e' }]);
    expect(last.headers.get('Link')).toBeNull();
  });
});

describe('refusals of a device', () => {
  const refusalsOf = (user: string) =>
    until(async () => {
      const [device] = await devicesOf(admin, `?user=${user}`);
      expect(device?.refusals).toHaveLength(1);
      return device;
    }, 100);
  const hour = () => new Date(Date.now() - (Date.now() % 3_600_000)).toISOString();

  it('are noted where groups keep a resource from it, and told to cache:inspect', async () => {
    const user = unique('user');
    const source = await Source.define({ groups: ['sales'] });
    const client = new Client({ user });
    for (let n = 0; n < 2; n += 1)
      expect((await client.get(source.path, { 'X-Device-Id': 'tablet' })).status).toBe(404);
    expect((await client.get('/rpc/unknown/', { 'X-Device-Id': 'tablet' })).status).toBe(404);
    expect((await client.get(source.path)).status).toBe(404);
    expect(await refusalsOf(user)).toMatchObject({
      device: 'tablet',
      caches: 0,
      refusals: [{ resource_title: source.title, reason: 'group', time: hour() }],
    });
    expect(Object.keys((await devicesOf(client))[0] ?? {})).toEqual(['user', 'device', 'seen', 'caches', 'behind']);
  });

  it('are noted where its token lacks the scope', async () => {
    const user = unique('user');
    const source = await Source.define();
    const client = new Client({ user, scope: 'cache:refresh' });
    const answer = await client.get(source.path, { 'X-Device-Id': 'tablet' });
    expect(answer.status).toBe(403);
    expect(await refusalsOf(user)).toMatchObject({ refusals: [{ resource_title: source.title, reason: 'scope' }] });
  });

  it.each<[string, (title: string) => unknown]>([
    [
      'the first that it asks for with others',
      (title) => ({ caches: [7, { id: 'a' }, { id: 'b', resource_title: title }] }),
    ],
    [
      'one that it asks for by a request of a wrong form',
      (title) => ({ caches: [{ resource_title: title }], more: 1 }),
    ],
  ])('are noted where its token lacks the scope for %s', async (_which, body) => {
    const user = unique('user');
    const source = await Source.define();
    const client = new Client({ user, scope: 'cache:refresh' });
    const answer = await client.post('/sync/', body(source.title), { 'X-Device-Id': 'tablet' });
    expect(answer.status).toBe(403);
    expect(await refusalsOf(user)).toMatchObject({ refusals: [{ resource_title: source.title, reason: 'scope' }] });
  });

  it.each([['no JSON'], [{}], [{ caches: null }], [[]], [{ caches: [{ id: 'a', resource_title: '\ud800' }] }]])(
    'are no reason to answer %j otherwise where its token lacks the scope',
    async (body) => {
      const client = new Client({ user: unique('user'), scope: 'cache:refresh' });
      const text = body === 'no JSON' ? body : JSON.stringify(body);
      const headers = { 'X-Device-Id': 'tablet', 'Content-Type': 'application/json' };
      const answer = await client.send('POST', '/sync/', headers, text);
      expect(answer.status).toBe(403);
      await answer.text();
    },
  );

  it('are the last five', async () => {
    const user = unique('user');
    const refusals = [1, 2, 3, 4, 5, 6, 7].map((n) => ({
      user,
      device: 'd',
      resource: `r${n}`,
      reason: 'group' as const,
      hour: n * 3_600_000,
    }));
    await store.put([], { refusals: refusals.toReversed() });
    const [device] = await devicesOf(admin, `?user=${user}`);
    const titles = (device?.refusals as { resource_title: string }[] | undefined)?.map((one) => one.resource_title);
    expect(titles).toEqual(['r7', 'r6', 'r5', 'r4', 'r3']);
  });
});

it('a read that was held is noted once, when it ends', async () => {
  const user = unique('user');
  const source = await Source.define();
  const client = new Client({ user });
  const first = await client.get(source.path);
  const headers = { 'X-Device-Id': 'tablet', 'If-None-Match': first.headers.get('ETag') ?? '', Prefer: 'wait=2' };
  const began = Date.now();
  expect((await client.get(source.path, headers)).status).toBe(304);
  await until(async () => expect(await devicesOf(client)).toHaveLength(1), 100);
  const [device] = (await store.listDevices({ user }, null, 10)).devices;
  expect(device?.seen).toBeGreaterThanOrEqual(began + 1500);
  const { rev } =
    (await env.DB.prepare('SELECT rev FROM devices WHERE user = ?').bind(user).first<{ rev: number }>()) ?? {};
  expect(rev).toBe(1);
});
