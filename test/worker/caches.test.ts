import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../src/contract/administration.ts';
import { listCaches } from '../../src/flows/admin/list-caches.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import {
  admin,
  alice,
  cachesOf,
  defineResource,
  faultsOf,
  load,
  loadAll,
  NOTHING_LOADED,
  onlyCache,
} from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';

const UNKNOWN_KEY = 'f'.repeat(64);

describe('a cache that looks well and is not', () => {
  it('is failing, since when, and is next tried then', async () => {
    const { title, origin } = await defineResource({ error_ttl_s: 600, retry: { max_attempts: 1 } });
    await load(title);
    await origin.answer({ body: '{"errors":["x"]}' });
    const refresh = () => alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    await refresh();
    const first = await onlyCache(title);
    expect(first.last_error?.type).toBe('/docs/problems#origin-refused');
    const { since, next_try } = first.failing ?? { since: null, next_try: '' };
    expect(Date.parse(next_try) - Date.parse(since ?? '')).toBe(600_000);
    await refresh();
    const second = await onlyCache(title);
    expect(second.failing?.since).toBe(since);
    expect(Date.parse(second.failing?.next_try ?? '')).toBeGreaterThan(Date.parse(next_try));
    const { since: begun, at, failures, next_try: again } = second.last_error ?? {};
    expect({ begun, failures, again }).toEqual({ begun: since, failures: 2, again: second.failing?.next_try });
    expect(Date.parse(again ?? '') - Date.parse(at ?? '')).toBe(600_000);
    expect(await (await admin.get(`/caches/${second.key}/`)).json()).toMatchObject({ last_error: second.last_error });
    await origin.answer({ body: '[]' });
    await load(title);
    expect((await onlyCache(title)).failing).toBeNull();
  });

  it('shows which columns no row has, as its tasks do; names that only the origin knows are for cache:admin', async () => {
    const { title, origin } = await defineResource({ tables: [{ name: 't', rows: '', columns: ['id', 'nome'] }] });
    await origin.answerJson([{ id: 1, name: 'a' }]);
    await load(title);
    const warnings = ['Table "t", column "nome": no row has the member nome; there are id, name.'];
    const cache = await onlyCache(title);
    expect(cache).toMatchObject({ version: 1, rows: 1, warnings });
    const told = async (client: Client, query = '&expand=task') =>
      (await client.get(`/cache/state/?task_id=${cache.last_task_id}${query}`)).json<{ warnings?: string[] }>();
    expect((await told(admin)).warnings).toEqual(warnings);
    expect((await told(alice)).warnings).toEqual(['Table "t", column "nome": no row has the member nome.']);
    expect(await told(alice, '')).not.toHaveProperty('warnings');
  });

  it('shows what was accepted of a partial answer, as long as that is what is held', async () => {
    const { title, origin, definition } = await defineResource();
    const accepting = { ...definition, origin: { ...(definition.origin as object), partial: ['next', 'errors'] } };
    expect((await admin.put(`/resources/${title}/`, accepting)).status).toBe(200);
    await origin.answer({ body: '{"nextLink":"x","errors":[1]}', headers: { ETag: '"1"' } });
    await load(title);
    const warnings = [
      "The origin's answer names a next page at /nextLink.",
      "The origin's answer has errors at /errors.",
    ];
    expect((await onlyCache(title)).warnings).toEqual(warnings);
    await origin.answer({ status: 304 });
    await load(title);
    expect(await onlyCache(title)).toMatchObject({ version: 2, warnings });
    await origin.answer({ body: '{"nextLink":null}' });
    await load(title);
    expect((await onlyCache(title)).warnings).toEqual([]);
  });

  it('shows what is wrong with a definition that was stored before it would be refused, and continues loading', async () => {
    const { title, definition } = await defineResource();
    await load(title);
    const { url } = definition.origin as { url: string };
    const quoted = { ...definition, origin: { url: `${url}?q='{of}'&=Plant`, headers: { apikey: '' } } };
    const refused = await admin.put(`/resources/${title}/`, quoted);
    expect(await faultsOf(refused)).toEqual([
      expect.stringMatching(/^\/origin\/quote is required/),
      expect.stringMatching(/^\/origin\/url has a part without a name/),
      expect.stringMatching(/^\/origin\/headers\/apikey must not be empty/),
    ]);
    const resources = d1Resources(env.DB);
    const stored = await resources.read(title);
    const earlier = sampleResource({ ...quoted, parameters: definition.parameters as Record<string, unknown> });
    expect(await resources.put(title, earlier, true, stored?.changedAt ?? null, Date.now())).not.toBeNull();
    await load(title, { of: "it's" });
    const expected = [
      expect.stringMatching(/^The definition's \/origin\/quote is required, since \{of\}/),
      expect.stringMatching(/^The definition's \/origin\/url has a part without a name/),
      expect.stringMatching(/^The definition's \/origin\/headers\/apikey must not be empty/),
    ];
    for (const { warnings } of await cachesOf(title)) expect(warnings).toEqual(expected);
    const told = await admin.get(`/resources/${title}/`);
    expect(await told.json()).toMatchObject({ title, warnings: expected });
  });
});

describe('a cache', () => {
  it('is described by these members, in this order', async () => {
    const { title, origin } = await defineResource({ ttl_s: 60, tables: [{ name: 't', rows: '', columns: ['a'] }] });
    await origin.answerJson([{ a: 1 }]);
    await load(title, { n: 4 });
    const cache = await onlyCache(title);
    expect(Object.keys(cache)).toEqual(
      (
        'key resource_title parameters owner version etag bytes rows loaded expires read last_task_id last_error ' +
        'failing warnings'
      ).split(' '),
    );
    const loaded = Date.parse(cache.loaded ?? '');
    expect(cache).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      resource_title: title,
      parameters: { n: 4 },
      owner: null,
      version: 1,
      etag: `${cache.key.slice(0, 16)}-v1`,
      rows: 1,
      loaded: new Date(loaded).toISOString(),
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      read: null,
      last_task_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      last_error: null,
      failing: null,
      warnings: [],
    });
    // A load expires up to a tenth earlier than ttl_s says.
    const lifetimeMs = Date.parse(cache.expires ?? '') - loaded;
    expect([lifetimeMs > 54_000, lifetimeMs <= 60_000]).toEqual([true, true]);
    const one = await admin.get(`/caches/${cache.key}/`);
    expect(await one.json()).toEqual(cache);
    expect((await admin.get(`/caches/${cache.key}`, { 'If-None-Match': one.headers.get('ETag') ?? '' })).status).toBe(
      304,
    );
  });

  it('of one user names its owner', async () => {
    const { title } = await defineResource({ scope: 'user' });
    await load(title);
    expect(await onlyCache(title)).toMatchObject({ owner: 'alice' });
  });

  it('tells the hour in which it was last read', async () => {
    const { title } = await defineResource();
    await load(title);
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    await d1Entries(env.DB).touch([{ key: (await onlyCache(title)).key, hour }]);
    expect((await onlyCache(title)).read).toBe(new Date(hour).toISOString());
  });

  it('tells why its last load failed', async () => {
    const { title, origin } = await defineResource({ retry: { max_attempts: 1 } });
    await origin.answer({ status: 404 });
    await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
    expect(await onlyCache(title)).toMatchObject({
      ...NOTHING_LOADED,
      last_error: { type: '/docs/problems#origin-status' },
    });
  });

  it.each([UNKNOWN_KEY, 'x', 'F'.repeat(64)])('that is not there is 404: %s', async (key) => {
    for (const method of ['GET', 'DELETE']) expect((await admin.send(method, `/caches/${key}/`)).status).toBe(404);
    expect((await admin.send('POST', `/caches/${key}/refresh/`)).status).toBe(404);
  });
});

describe('the list of caches', () => {
  it('goes in pages by key', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const all = await cachesOf(title);
    const first = await admin.get(`/caches/?resource_title=${title}&limit=2`);
    const link = /^<\/api\/v1(.*)>; rel="next"$/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    const second = await admin.get(link);
    expect(second.headers.get('Link')).toBeNull();
    const keys = [...(await first.json<CacheRecord[]>()), ...(await second.json<CacheRecord[]>())].map(
      ({ key }) => key,
    );
    expect(keys).toEqual(all.map(({ key }) => key));
    expect(keys).toEqual(keys.toSorted());
  });

  it('is filtered by state, in pages too', async () => {
    const { title, definition } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await cachesOf(title, '&state=fresh')).toHaveLength(3);
    expect(await cachesOf(title, '&state=stale')).toEqual([]);
    expect(await cachesOf(title, '&state=failing')).toEqual([]);
    const [first] = await cachesOf(title);
    await admin.delete(`/caches/${first?.key}/`);
    expect(await cachesOf(title, '&state=fresh')).toHaveLength(2);
    expect((await cachesOf(title, '&state=stale')).map(({ key }) => key)).toEqual([first?.key]);
    // What was loaded under another definition counts as expired, though no entry was written.
    await admin.put(`/resources/${title}/`, { ...definition, content_type: 'text/plain', scope: 'user' });
    expect(await cachesOf(title, '&state=fresh')).toEqual([]);
    const pages = [];
    let path: string | undefined = `/caches/?resource_title=${title}&state=stale&limit=2`;
    while (path !== undefined) {
      const page: Response = await admin.get(path);
      pages.push((await page.json<CacheRecord[]>()).length);
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(pages).toEqual([2, 1]);
  });

  it('of a resource that is not there is empty', async () => {
    expect(await cachesOf('no-such-resource')).toEqual([]);
  });

  it('is filtered by parameters: those that contain these members with these values', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1, of: { a: 'x' } }, { n: 2, of: { a: 'x' } }, { n: 3 }]);
    const found = async (parameters: string, more = '') =>
      (await cachesOf(title, `&parameters=${encodeURIComponent(parameters)}${more}`))
        .map((cache) => cache.parameters.n)
        .toSorted();
    expect(await found('{"of":{"a":"x"}}')).toEqual([1, 2]);
    expect(await found('{"of":{"a":"x"},"n":2.0}')).toEqual([2]);
    expect(await found('{"of":{}}')).toEqual([]);
    expect(await found('{}')).toEqual([1, 2, 3]);
    expect(await found('{"n":3}', '&state=fresh')).toEqual([3]);
    expect(await found('{"n":3}', '&state=stale')).toEqual([]);
  });

  it('by parameters, looks at so many caches and announces the next page, though this one is short', async () => {
    const { title } = await defineResource();
    await loadAll(
      title,
      [1, 2, 3, 4, 5, 6, 7].map((n) => ({ n })),
    );
    const entries = d1Entries(env.DB);
    // Pages of one cache: the sixth look is another call's.
    const listing = {
      ...entries,
      list: (...[filter, after, , now]: Parameters<typeof entries.list>) => entries.list(filter, after, 1, now),
    };
    const last = (await cachesOf(title)).at(-1);
    const services = { entries: listing, resources: d1Resources(env.DB) };
    const filter = { resource: title, parameters: { n: last?.parameters.n as number } };
    const first = await listCaches(services, filter, null, 10, Date.now());
    expect([first.caches, first.next]).toEqual([[], (await cachesOf(title))[4]?.key]);
    const second = await listCaches(services, filter, first.next, 10, Date.now());
    expect(second).toMatchObject({ caches: [{ key: last?.key }], next: null });
  });

  it('is filtered by owner, beside all other filters', async () => {
    const { title } = await defineResource({ scope: 'user' });
    const [ann, ben] = [new Client({ user: unique('ann') }), new Client({ user: unique('ben') })];
    await load(title, { n: 1 }, ann);
    await load(title, { n: 2 }, ann);
    await load(title, { n: 1 }, ben);
    const owner = (await cachesOf(title, '&parameters={"n":2}'))[0]?.owner ?? '';
    const found = async (query: string) =>
      (await (await admin.get(`/caches/?owner=${owner}${query}`)).json<CacheRecord[]>()).map(
        ({ parameters }) => parameters.n,
      );
    expect((await found('')).toSorted()).toEqual([1, 2]);
    expect(await found('&parameters={"n":1}')).toEqual([1]);
    expect((await found(`&resource_title=${title}&state=fresh`)).toSorted()).toEqual([1, 2]);
    expect(await found('&resource_title=none')).toEqual([]);
    expect(await found('&state=failing')).toEqual([]);
    const first = await admin.get(`/caches/?owner=${owner}&limit=1`);
    expect(await first.json()).toHaveLength(1);
    expect(first.headers.get('Link')).toContain(`owner=${owner}`);
  });

  it("lists a user's failing caches, and no other's", async () => {
    const { title, origin } = await defineResource({ scope: 'user', retry: { max_attempts: 1 } });
    const user = unique('cy');
    await load(title, { n: 1 }, new Client({ user }));
    await origin.answer({ status: 404 });
    for (const name of [user, unique('dee')]) {
      await new Client({ user: name }).post('/cache/refresh/', { resource_title: title, n: 2 }, { Prefer: 'wait=20' });
    }
    const failing = await admin.get(`/caches/?owner=${user}&state=failing`);
    expect(await failing.json()).toMatchObject([{ owner: user, parameters: { n: 2 } }]);
  });

  it.each(['state=new', 'limit=0', 'resource_title=', 'cursor=x', 'parameters=[]', 'parameters={', 'owner='])(
    'refuses %s',
    async (query) => {
      expect((await admin.get(`/caches/?${query}`)).status).toBe(400);
    },
  );
});

describe('a refresh by administration', () => {
  it('of one cache answers with its task, which belongs to the admin', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    const answer = await admin.send('POST', `/caches/${key}/refresh/`, { Prefer: 'wait=20' });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([200, 'wait=20']);
    const task = await answer.json<{ task_id: string }>();
    expect(task).toEqual({ task_id: expect.any(String), task_state: 'SUCCESS' });
    expect(await onlyCache(title)).toMatchObject({ version: 2, last_task_id: task.task_id });
  });

  it('forced, accepts a load that the guard refuses', async () => {
    const { title, origin } = await defineResource({
      tables: [{ name: 't', rows: '', columns: ['a'] }],
      guard: { max_deleted: 0.5 },
    });
    await origin.answerJson([{ a: 1 }, { a: 2 }]);
    await load(title);
    const { key } = await onlyCache(title);
    await origin.answerJson([]);
    const refresh = (query: string) => admin.send('POST', `/caches/${key}/refresh/${query}`, { Prefer: 'wait=20' });
    expect(await (await refresh('')).json()).toMatchObject({
      task_state: 'FAILURE',
      error: { type: '/docs/problems#origin-guard' },
    });
    expect(await onlyCache(title)).toMatchObject({ version: 1, rows: 2 });
    expect(await (await refresh('?force=true&expand=task')).json()).toMatchObject({ task_state: 'SUCCESS', rows: 0 });
    expect(await onlyCache(title)).toMatchObject({ version: 2, rows: 0 });
  });

  it('answers with the last load where that was less than refresh_min_s ago, unless it is forced', async () => {
    const { title } = await defineResource({ refresh_min_s: 60 });
    await load(title);
    const { key, last_task_id } = await onlyCache(title);
    const refresh = async (query: string) =>
      (await admin.send('POST', `/caches/${key}/refresh/${query}`, { Prefer: 'wait=20' })).json();
    expect(await refresh('')).toEqual({ task_id: last_task_id, task_state: 'SUCCESS' });
    expect(await refresh('?force=true')).toMatchObject({ task_id: expect.not.stringMatching(last_task_id ?? '') });
    expect((await onlyCache(title)).version).toBe(2);
  });

  it('of a cache that no request leads to any more is 409', async () => {
    const { title, definition } = await defineResource();
    await load(title, { n: 1 });
    const { key } = await onlyCache(title);
    await admin.put(`/resources/${title}/`, { ...definition, scope: 'user' });
    const answer = await admin.send('POST', `/caches/${key}/refresh/`);
    expect([answer.status, await answer.json()]).toMatchObject([409, { type: '/docs/problems#conflict' }]);
    expect((await onlyCache(title)).version).toBe(1);
    expect(await (await admin.send('POST', `/resources/${title}/refresh/`)).json()).toEqual({ tasks: 0, next: null });
  });

  it('of a resource starts one for each cache, purged ones too', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    await admin.delete(`/caches/${(await cachesOf(title))[0]?.key}/`);
    const answer = await admin.send('POST', `/resources/${title}/refresh/`);
    expect([answer.status, await answer.json()]).toEqual([202, { tasks: 2, next: null }]);
    await expect.poll(async () => (await cachesOf(title)).map(({ version }) => version)).toEqual([2, 2]);
  });

  it("of a resource leaves a leaver's purged caches alone", async () => {
    const { title } = await defineResource({ scope: 'user' });
    await load(title);
    await load(title, {}, new Client({ user: 'bob' }));
    const mine = (await cachesOf(title)).find(({ owner }) => owner === 'alice');
    await admin.delete(`/caches/${mine?.key}/`);
    expect(await (await admin.send('POST', `/resources/${title}/refresh/`)).json()).toEqual({ tasks: 1, next: null });
  });

  it('of an unknown resource is 404', async () => {
    expect((await admin.send('POST', '/resources/none/refresh/')).status).toBe(404);
  });
});

describe('administration of caches', () => {
  it.each([
    ['/caches/', 'GET, HEAD, DELETE, OPTIONS'],
    [`/caches/${UNKNOWN_KEY}/`, 'GET, HEAD, DELETE, OPTIONS'],
    [`/caches/${UNKNOWN_KEY}/refresh/`, 'POST, OPTIONS'],
  ])('reports for %s which methods it has', async (path, allow) => {
    const options = await send(path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('Allow')]).toEqual([204, allow]);
    const other = await admin.send('PUT', path);
    expect([other.status, other.headers.get('Allow')]).toEqual([405, allow]);
  });

  it.each([
    ['GET', '/caches/'],
    ['DELETE', '/caches/?resource_title=x'],
    ['GET', `/caches/${UNKNOWN_KEY}/`],
    ['DELETE', `/caches/${UNKNOWN_KEY}/`],
    ['POST', `/caches/${UNKNOWN_KEY}/refresh/`],
  ])('needs cache:admin for %s %s', async (method, path) => {
    expect((await new Client({ scope: 'cache:read cache:refresh' }).send(method, path)).status).toBe(403);
    expect((await send(path, { method })).status).toBe(401);
  });
});
