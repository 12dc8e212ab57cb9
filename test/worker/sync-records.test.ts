import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { encodeCursor } from '../../src/core/cursor.ts';
import type { Entry } from '../../src/ports/entry.ts';
import type { SyncRecord } from '../../src/ports/messages.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { Client, sendUnder } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry, sampleLoaded, unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';
import { bearer } from '../support/token.ts';

const SYNCED_AT = Date.parse('2026-11-01T12:00:00.007Z');

/** Names of this test's own, for storage is shared within the file. */
function fresh() {
  const id = unique('id');
  const user = `user-${id}`;
  const record = (more: Partial<SyncRecord> = {}): SyncRecord => {
    const resource = more.resource ?? `sales-${id}`;
    const { key } = cacheIdentity(resource, {}, null);
    return { user, device: 'tablet-1', resource, key, syncedAt: SYNCED_AT, version: 3, changed: 2, ...more };
  };
  return {
    id,
    user,
    record,
    client: new Client({ user }),
    admin: new Client({ user: `admin-${id}`, scope: 'cache:admin' }),
  };
}

const put = (...records: SyncRecord[]) => d1SyncRecords(env.DB).put(records);

async function list(client: Client, query = ''): Promise<Record<string, unknown>[]> {
  const response = await client.get(`/cache/${query}`);
  expect(response.status).toBe(200);
  return response.json();
}

function next(response: Response): string | null {
  const link = response.headers.get('Link');
  const target = /^<\/api\/v1(\/cache[^>]*)>; rel="next"$/.exec(link ?? '')?.[1] ?? null;
  expect(target === null).toBe(link === null);
  return target;
}

describe('the list of sync records', () => {
  it('has exactly the published members, in their order, without white space', async () => {
    const { user, record, client } = fresh();
    await put(record());
    const response = await client.get('/cache/');
    expect(await response.text()).toBe(
      `[{"user":"${user}","device":"tablet-1","sync_datetime":"2026-11-01T12:00:00.007Z","version":3,"etag":"${record().key.slice(0, 16)}-v2"}]`,
    );
  });

  it('has the headers of the published answer and a few more', async () => {
    const { headers } = await fresh().client.get('/cache/');
    expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
    expect(headers.get('Vary')).toBe('Origin, Cookie');
    expect(headers.get('Cache-Control')).toBe('private, no-cache');
    expect(headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    expect(headers.get('X-Request-Id')).toBeTruthy();
    expect(headers.get('Link')).toBeNull();
  });

  it('is empty for who synchronised nothing', async () => {
    expect(await list(fresh().client)).toEqual([]);
  });

  it('is ordered by user, device, resource, then cache', async () => {
    const { id, record, client } = fresh();
    const keys = ['b', 'a'].map((letter) => letter.repeat(64));
    await put(
      ...['z', 'a', 'B'].flatMap((device) =>
        [`t-${id}`, `s-${id}`].flatMap((resource) => keys.map((key) => record({ device, resource, key }))),
      ),
    );
    const got = (await list(client, '?expand=resource')).map(({ device, resource_title, etag }) =>
      [device, resource_title, etag].join(' '),
    );
    expect(got).toHaveLength(12);
    expect(got).toEqual(got.toSorted());
  });

  it('answers HEAD as GET without a body, and 304 while nothing changes', async () => {
    const { record, client } = fresh();
    await put(record());
    const etag = (await client.get('/cache/')).headers.get('ETag') ?? '';
    const head = await client.head('/cache/');
    expect(head.headers.get('ETag')).toBe(etag);
    expect(await head.text()).toBe('');
    const same = await client.get('/cache/', { 'If-None-Match': `W/${etag}` });
    expect(same.status).toBe(304);
    expect(await same.text()).toBe('');
    for (const name of ['ETag', 'Cache-Control', 'Vary']) expect(same.headers.get(name)).toBeTruthy();

    await put(record({ version: 4, syncedAt: SYNCED_AT + 1 }));
    expect((await client.get('/cache/', { 'If-None-Match': etag })).status).toBe(200);
  });
});

describe('filters', () => {
  it('narrow the list by device and resource', async () => {
    const { id, record, client } = fresh();
    await put(
      record(),
      record({ device: 'tablet-2' }),
      record({ resource: `stock-${id}` }),
      record({ device: 'tablet-2', resource: `stock-${id}` }),
    );
    expect(await list(client)).toHaveLength(4);
    expect(await list(client, '?device=tablet-2')).toHaveLength(2);
    expect(await list(client, `?resource_title=stock-${id}`)).toHaveLength(2);
    expect(await list(client, `?resource_title=stock-${id}&device=tablet-2`)).toHaveLength(1);
    expect(await list(client, '?device=none')).toEqual([]);
  });

  it('take text as it is, be it of other scripts or SQL', async () => {
    const { record, client } = fresh();
    const resource = 'Продажи_2026';
    await put(record({ resource }), record({ device: "' OR 1=1 --" }));
    expect(await list(client, `?resource_title=${encodeURIComponent(resource)}`)).toHaveLength(1);
    expect(await list(client, `?device=${encodeURIComponent("' OR 1=1 --")}`)).toHaveLength(1);
    expect(await list(client, `?device=${encodeURIComponent("x' OR '1'='1")}`)).toEqual([]);
  });
});

describe('pages', () => {
  it.each([1, 2, 3, 6, 7])('of %d records give each record once, in order', async (limit) => {
    const { record, client } = fresh();
    const devices = ['a', 'b', 'c', 'd', 'e', 'ü 🚜'];
    await put(...devices.map((device) => record({ device })));
    const pages: string[][] = [];
    for (let path: string | null = `/cache/?limit=${limit}`; path !== null; ) {
      const response = await client.get(path);
      expect(response.status).toBe(200);
      pages.push(((await response.json()) as { device: string }[]).map(({ device }) => device));
      path = next(response);
    }
    expect(pages.flat()).toEqual(devices);
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    expect(pages).toHaveLength(Math.ceil(devices.length / limit));
  });

  it('keep filter and expansion in the link', async () => {
    const { id, record, client } = fresh();
    await put(...['a', 'b', 'c'].map((letter) => record({ key: letter.repeat(64) })), record({ resource: `x-${id}` }));
    const first = await client.get(`/cache/?limit=2&device=tablet-1&resource_title=sales-${id}&expand=resource`);
    const rest = await list(client, (next(first) ?? '').replace('/cache/', ''));
    expect(rest).toMatchObject([{ resource_title: `sales-${id}` }]);
  });

  it.each([
    ['no cursor at all', 'x'],
    ['an empty one', ''],
    ['the place of another list', encodeCursor('a'.repeat(64))],
    ['a place without a key', encodeCursor(['USER', 'tablet-1', 'sales', 'x'])],
    ["another user's place", encodeCursor(['bob', 'tablet-1', 'sales', 'a'.repeat(64)])],
    ["another device's place", encodeCursor(['USER', 'tablet-2', 'sales', 'a'.repeat(64)])],
  ])('refuse %s', async (_what, cursor) => {
    const { user, client } = fresh();
    const place = cursor.length > 8 && atob(cursor.replaceAll('-', '+').replaceAll('_', '/')).includes('USER');
    const mine = place ? encodeCursor(JSON.parse(atob(cursor).replace('USER', user))) : cursor;
    const response = await client.get(`/cache/?device=tablet-1&cursor=${mine}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: '/docs/problems#invalid-cursor',
      errors: [{ pointer: '/cursor' }],
    });
  });
});

describe("other users' records", () => {
  it('are not in the list of who may only read', async () => {
    const { record, client, user } = fresh();
    await put(record(), record({ user: 'somebody else' }));
    expect(await list(client)).toMatchObject([{ user }]);
    expect(await list(client, `?user=${user}`)).toMatchObject([{ user }]);
  });

  it.each(['somebody', '*'])('(user=%s) need cache:inspect', async (user) => {
    const response = await fresh().client.get(`/cache/?user=${user}`);
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toContain('scope="cache:inspect"');
  });

  it('are shown to cache:admin, one by name or all in order', async () => {
    const { id, record, admin, user } = fresh();
    const resource = `shared-${id}`;
    const users = [user, `${user}-b`, `${user}-a`];
    await put(...users.map((each) => record({ user: each, resource })));
    expect(await list(admin, `?user=${user}`)).toMatchObject([{ user }]);
    expect((await list(admin, `?user=*&resource_title=${resource}`)).map((each) => each.user)).toEqual(
      users.toSorted(),
    );
    const first = await admin.get(`/cache/?user=*&limit=2&resource_title=${resource}`);
    expect(await list(admin, (next(first) ?? '').replace('/cache/', ''))).toMatchObject([{ user: `${user}-b` }]);
  });

  it('need not be all: a user called * sees what is its own only without naming itself', async () => {
    const { record } = fresh();
    await put(record({ user: '*' }));
    const star = new Client({ user: '*' });
    expect((await list(star)).every(({ user }) => user === '*')).toBe(true);
    expect((await star.get('/cache/?user=*')).status).toBe(403);
  });

  it('give cache:admin a list of its own as well, for it contains cache:inspect', async () => {
    const { id, record, admin } = fresh();
    await put(record(), record({ user: `admin-${id}` }));
    expect(await list(admin)).toMatchObject([{ user: `admin-${id}` }]);
  });
});

describe('expand=resource', () => {
  /** A resource with an entry at version 5, changed last by version `changed`. */
  async function loaded(record: SyncRecord, changed: number) {
    const stored = await d1Resources(env.DB).put(record.resource, sampleResource(), true, null, SYNCED_AT);
    const entry: Entry = {
      ...cacheIdentity(record.resource, { year: 2026 }, null),
      key: record.key,
      number: stored?.number ?? 0,
      revision: 5,
      loaded: sampleLoaded(5, { changed }),
      chain: [],
      retryAt: null,
      lastError: null,
      lastTaskId: null,
    };
    await d1Entries(env.DB).put(entry);
    return entry;
  }

  it.each([
    [2, false],
    [4, true],
  ])('adds what is current; a body last changed by version %d makes v3 stale: %s', async (changed, stale) => {
    const { record, client } = fresh();
    await put(record());
    await loaded(record(), changed);
    const [only] = await list(client, '?expand=resource');
    expect(Object.entries(only ?? {}).slice(5)).toEqual([
      ['resource_title', record().resource],
      ['parameters', { year: 2026 }],
      ['current_version', 5],
      ['stale', stale],
    ]);
  });

  it('shows records of a purged resource, and of a purged cache, as stale', async () => {
    const { record, client } = fresh();
    await put(record());
    const entry = await loaded(record(), 2);
    const gone = { resource_title: record().resource, parameters: { year: 2026 }, current_version: null, stale: true };
    await d1Resources(env.DB).expireAll(record().resource, false, SYNCED_AT + 1000);
    expect(await list(client, '?expand=resource')).toMatchObject([gone]);
    await d1Entries(env.DB).put({ ...entry, number: SYNCED_AT + 2000, revision: 6, loaded: null });
    expect(await list(client, '?expand=resource')).toMatchObject([gone]);
  });

  it('shows records of a deleted resource as stale, and of a cache that nothing is known of', async () => {
    const { record, client } = fresh();
    await put(record());
    expect(await list(client, '?expand=resource')).toMatchObject([
      { resource_title: record().resource, parameters: null, current_version: null, stale: true },
    ]);
    await loaded(record(), 2);
    await d1Resources(env.DB).remove(record().resource, SYNCED_AT, SYNCED_AT + 1000);
    expect(await list(client, '?expand=resource')).toMatchObject([{ current_version: null, stale: true }]);
  });
});

describe('the hop budget of the list', () => {
  it.each([
    ['', 1],
    ['?expand=resource', 2],
  ])('"%s" reads D1 %d times and calls nothing else, where the isolate knows the resources', async (query, reads) => {
    const { record, user, client } = fresh();
    await put(record(), record({ device: 'tablet-2' }));
    await list(client);
    const { calls, response } = await countCalls(`/api/v1/cache/${query}`, { headers: await bearer({ user }) });
    expect(response.status).toBe(200);
    expect(calls).toEqual({ d1: reads, object: 0, r2: 0, queue: 0 });
  });
});

describe('rows read', () => {
  it('are a few more than the page has, and one a cache with what is current', async () => {
    const { id, user, record } = fresh();
    const records = Array.from({ length: 40 }, (_record, at) =>
      record({ resource: `r${at}-${id}`, device: `d${at % 4}` }),
    );
    await put(...records, ...records.map((one) => ({ ...one, user: `${user}-too` })));
    for (const { resource } of records) {
      await d1Resources(env.DB).put(resource, sampleResource(), true, null, SYNCED_AT);
      await d1Entries(env.DB).put(sampleEntry({ ...cacheIdentity(resource, {}, null) }));
    }
    const rowsRead = async (query: string) => {
      const { db, metas } = recordingDatabase(env.DB);
      const init = { headers: await bearer({ user: `admin-${id}`, scope: 'cache:admin' }) };
      const response = await sendUnder({ DB: db }, `${API_BASE}/cache/?limit=10${query}`, init);
      expect(await response.json()).toHaveLength(10);
      return metas.reduce((sum, meta) => sum + meta.rows_read, 0);
    };
    const name = encodeURIComponent(user);
    for (const filter of [`&user=${name}`, `&user=${name}&device=d1`, '&user=*'])
      expect(await rowsRead(filter)).toBeLessThanOrEqual(13);
    expect(await rowsRead(`&user=${name}&expand=resource`)).toBeLessThanOrEqual(13 + 10);
  });
});
