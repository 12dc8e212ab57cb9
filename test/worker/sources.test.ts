/** Sources as the admin keeps them, and loads by them (CONTRACT 4 "Sources"). */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import type { ProbeAnswer } from '../../src/contract/probe.ts';
import { MAX_RESOURCES_OF_SOURCE, MAX_SOURCE_CHARACTERS, type SourceAnswer } from '../../src/contract/source.ts';
import type { ExpandedTaskAnswer } from '../../src/contract/task.ts';
import { sourceGates } from '../../src/object/gate-client.ts';
import type { Json } from '../../src/ports/entry.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { admin, alice, defineResource, faultsOf, load, onlyCache } from '../support/admin.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { TestOrigin } from '../support/origin.ts';
import { sampleResource } from '../support/resources.ts';
import { bearer } from '../support/token.ts';

const inspector = new Client({ user: 'eve', scope: 'cache:inspect' });
const gates = sourceGates(env.SOURCE_GATE);
const TOKEN = '$' + '{ORIGIN_TEST_TOKEN}';
const KEY = '$' + '{ORIGIN_TEST_KEY}';
const URL_OF_ERP = 'https://erp.example.com/odata/';
const NO_SOURCE = '/origin/source names a source that does not exist: PUT /api/v1/sources/<name>/ creates it';

type Members = { [name: string]: Json };

/** A source over an origin of its own, which tells what it was asked. */
async function defineSource(more: Members = {}): Promise<{ name: string; origin: TestOrigin; definition: Members }> {
  const origin = new TestOrigin();
  await origin.answer({ echo: true });
  const name = unique('s');
  const definition = { url: `${origin.url}/base`, ...more };
  expect((await admin.put(`/sources/${name}/`, definition)).status).toBe(201);
  return { name, origin, definition };
}

/** A resource over a source. */
async function over(source: string, origin: Members = { url: 'orders/{n}' }, more: Members = {}): Promise<string> {
  const { title } = await defineResource({ origin: { source, ...origin }, retry: { max_attempts: 1 }, ...more });
  return title;
}

/** What the cache says of a refresh that fails, to an administrator. */
async function failureOf(title: string): Promise<{ type: string; detail: string }> {
  const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=20' });
  expect(await answer.json()).toMatchObject({ task_state: 'FAILURE' });
  const { last_error } = await onlyCache(title);
  if (last_error === null) throw new Error('there is no error');
  return last_error;
}

/** Paths that an origin was asked, below its own. */
async function askedOf(origin: TestOrigin) {
  const own = new URL(origin.url).pathname;
  return (await origin.requests()).map((request) => ({ ...request, path: request.path.slice(own.length) }));
}

describe('a source', () => {
  it('is put, read, listed by page and deleted; what GET gives can be put back', async () => {
    const name = unique('s');
    const given = { url: URL_OF_ERP, auth: { query: { key: KEY } } };
    const put = await admin.put(`/sources/${name}/`, given);
    const answer = { name, headers: {}, ...given };
    expect([put.status, await put.json()]).toEqual([201, answer]);
    const got = await inspector.get(`/sources/${name}/`);
    expect([got.status, await got.json()]).toEqual([200, answer]);
    expect(got.headers.get('ETag')).toBe(put.headers.get('ETag'));
    expect((await admin.put(`/sources/${name}/`, answer)).status).toBe(200);
    await admin.put(`/sources/${name}-2/`, { url: URL_OF_ERP, description: 'the other one' });
    const listed: SourceAnswer[] = [];
    let path: string | undefined = '/sources/?limit=1';
    while (path !== undefined) {
      const page = await inspector.get(path);
      listed.push(...(await page.json<SourceAnswer[]>()));
      path = /<[^>]*\/api\/v1([^>]*)>; rel="next"/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(listed.filter((source) => source.name.startsWith(name)).map((source) => source.name)).toEqual([
      name,
      `${name}-2`,
    ]);
    expect((await admin.delete(`/sources/${name}/`)).status).toBe(204);
    expect((await admin.delete(`/sources/${name}/`)).status).toBe(404);
    expect((await admin.get(`/sources/${name}/`)).status).toBe(404);
  });

  it('heeds If-Match and If-None-Match', async () => {
    const path = `/sources/${unique('s')}/`;
    const etag = (await admin.put(path, { url: URL_OF_ERP })).headers.get('ETag') ?? '';
    expect((await admin.put(path, { url: URL_OF_ERP }, { 'If-None-Match': '*' })).status).toBe(412);
    expect((await admin.put(path, { url: 'https://crm.example.com/' }, { 'If-Match': '"x"' })).status).toBe(412);
    expect((await admin.get(path, { 'If-None-Match': etag })).status).toBe(304);
    expect((await admin.delete(path, { 'If-Match': '"x"' })).status).toBe(412);
    expect((await admin.delete(path, { 'If-Match': etag })).status).toBe(204);
  });

  it.each<[Json, unknown]>([
    [{}, ['/url is required, unless database is set']],
    [[], [' must be an object']],
    [
      { url: URL_OF_ERP, x: 1 },
      [expect.stringMatching(/^\/x is not known here; known are "description", "url", .*"rate"$/)],
    ],
    [{ url: URL_OF_ERP, via: 'DB' }, ['/via must be the name of a binding, such as VIA_ERP']],
    [{ database: 'DB' }, ['/database must be the name of a binding, such as SQL_ERP']],
    [
      { url: URL_OF_ERP, concurrency: 0, rate: { requests: 0 } },
      expect.arrayContaining(['/concurrency must be at least 1', '/rate/per_s is required']),
    ],
    [
      { database: 'SQL_ERP', concurrency: 21 },
      ['/concurrency must be at most 20 for a database: each load holds a connection'],
    ],
    [{ url: URL_OF_ERP, name: 'another' }, ['/name must be the name in the path']],
    [
      { url: URL_OF_ERP, auth: { basic: { user: 'a', password: 'hunter2' } } },
      [expect.stringMatching(/^\/auth\/basic\/password must be the name of a secret/)],
    ],
    [
      {
        url: URL_OF_ERP,
        headers: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`h${n}`, 'x'.repeat(1000)])),
      },
      [` must have at most ${MAX_SOURCE_CHARACTERS} characters`],
    ],
  ])('%j is refused, with a pointer to each fault', async (body, faults) => {
    expect(await faultsOf(await admin.put(`/sources/${unique('s')}/`, body))).toEqual(faults);
  });
});

describe('PUT of a source with dry_run=true', () => {
  const preview = (name: string, body: Json, headers = {}) =>
    admin.put(`/sources/${name}/?dry_run=true`, body, headers);
  const rowOf = (name: string) => env.DB.prepare('SELECT * FROM sources WHERE name = ?').bind(name).first();

  it('of a new one tells it with its defaults, makes nothing and notes no action', async () => {
    const name = unique('s');
    const user = unique('root');
    const client = new Client({ user, scope: 'cache:admin' });
    const answer = await client.put(`/sources/${name}/?dry_run=true`, { url: URL_OF_ERP });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        definition: { name, url: URL_OF_ERP, headers: {} },
        created: true,
        changed: ['url', 'headers'],
        would: 0,
        resources: [],
      },
    ]);
    expect(await rowOf(name)).toBeNull();
    expect(await (await inspector.get(`/actions/?user=${user}`)).json()).toEqual([]);
  });

  it('tells which members differ and whose caches would expire, and changes neither', async () => {
    const { name, definition } = await defineSource();
    const titles = [await over(name), await over(name)].sort();
    await load(titles[0] ?? '', { n: 1 });
    const [before, cache] = [await rowOf(name), await onlyCache(titles[0] ?? '')];
    const changeOf = async (body: Json) => {
      const { definition: _, ...change } = await (await preview(name, body)).json<{ definition: unknown }>();
      return change;
    };
    const same = { created: false, changed: [], would: 0, resources: [] };
    expect(await changeOf(definition)).toEqual(same);
    expect(await changeOf({ ...definition, concurrency: 3 })).toEqual({ ...same, changed: ['concurrency'] });
    const decisive = { ...same, changed: ['headers', 'description'], would: 2, resources: titles };
    expect(await changeOf({ ...definition, headers: { 'X-A': 'b' }, description: 'x' })).toEqual(decisive);
    expect(await rowOf(name)).toEqual(before);
    expect(await onlyCache(titles[0] ?? '')).toEqual(cache);
  });

  it('names the first ten resources of many', async () => {
    const { name, definition } = await defineSource();
    const titles: string[] = [];
    for (let n = 0; n < 11; n++) titles.push(await over(name));
    const answer = await preview(name, { ...definition, url: URL_OF_ERP });
    expect(await answer.json()).toMatchObject({ would: 11, resources: titles.sort().slice(0, 10) });
  });

  it('is refused as the PUT would be: with all faults, or where a condition does not hold', async () => {
    const { name, definition } = await defineSource();
    expect(await faultsOf(await preview(name, { ...definition, concurrency: 0, rates: 1 }))).toEqual([
      '/rates is not known here; perhaps "rate" is meant',
      '/concurrency must be at least 1',
    ]);
    expect((await preview(name, definition, { 'If-Match': '"other"' })).status).toBe(412);
    expect((await preview(name, definition, { 'If-None-Match': '*' })).status).toBe(412);
    expect((await alice.put(`/sources/${name}/?dry_run=true`, definition)).status).toBe(403);
  });
});

describe('a resource over a source', () => {
  it('is refused while the source is not there, as a draft that is probed, too', async () => {
    const definition = { origin: { source: unique('s'), url: 'orders' } };
    expect(await faultsOf(await admin.put(`/resources/${unique('r')}/`, definition))).toEqual([NO_SOURCE]);
    const probed = await admin.post(`/resources/${unique('r')}/probe/`, { definition });
    expect(await faultsOf(probed)).toEqual([`/definition${NO_SOURCE}`]);
  });

  it.each([
    ['https://evil.example/', /must be relative to the source's URL: no scheme/],
    ['//evil.example/', /must be relative to the source's URL, and not begin with/],
    ['/\\evil.example/', /must not hold spaces, control characters or backslashes/],
    ['../admin', /must not have "\." or "\.\." as a segment of its path/],
    ['{x}', /uses "x", which is not a parameter/],
    ['{_user}', /with scope "user" only/],
    ['{', /a brace belongs to no expression/],
  ])('may not leave it: %s', async (url, fault) => {
    const { name } = await defineSource();
    const put = await admin.put(`/resources/${unique('r')}/`, { origin: { source: name, url } });
    expect((await faultsOf(put)).join()).toMatch(fault);
  });

  it('keeps its source from being deleted, until it is deleted itself', async () => {
    const { name } = await defineSource();
    const title = await over(name);
    const refused = await admin.delete(`/sources/${name}/`);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      type: '/docs/problems#conflict',
      detail: `The resource ${title} names this source. Delete it once none does.`,
    });
    expect((await admin.delete(`/resources/${title}/`)).status).toBe(204);
    expect((await admin.delete(`/sources/${name}/`)).status).toBe(204);
  });

  it('is named, with all others, where they keep a source from being deleted; of many the first ten', async () => {
    const { name } = await defineSource();
    const titles: string[] = [];
    const refusal = async () => {
      const answer = await admin.delete(`/sources/${name}/`);
      expect(answer.status).toBe(409);
      return (await answer.json<{ detail: string }>()).detail;
    };
    const add = async (count: number) => {
      for (let n = 0; n < count; n++) titles.push(await over(name));
      titles.sort();
    };
    await add(2);
    expect(await refusal()).toBe(`2 resources name this source: ${titles.join(', ')}. Delete it once none does.`);
    await add(8);
    expect(await refusal()).toContain(`10 resources name this source: ${titles.join(', ')}.`);
    await add(1);
    const told = titles.slice(0, 10).join(', ');
    expect(await refusal()).toBe(`11 resources name this source: among them ${told}. Delete it once none does.`);
  });

  it('is not written by a statement that finds the source gone, and takes no source away from one that is', async () => {
    const { name } = await defineSource();
    const definition = sampleResource({ origin: { source: name, url: 'x' } });
    const written = [
      admin.delete(`/sources/${name}/`),
      d1Resources(env.DB).put(unique('r'), definition, true, null, 1),
    ];
    const [deleted, put] = (await Promise.all(written)) as [Response, unknown];
    expect([deleted.status, put === null]).toBeOneOf([
      [204, true],
      [409, false],
    ]);
  });

  it(`is one of ${MAX_RESOURCES_OF_SOURCE} at most`, async () => {
    const { name } = await defineSource();
    const put = `INSERT INTO resources (title, definition, number, purged, changed_at)
      SELECT ?1 || '-' || value, ?2, 1, 1, 1 FROM generate_series(1, ?3)`;
    const series = put.replace(
      'generate_series(1, ?3)',
      '(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?3) SELECT value FROM n)',
    );
    const text = JSON.stringify(sampleResource({ origin: { source: name, url: 'x' } }));
    await env.DB.prepare(series)
      .bind(unique('full'), text, MAX_RESOURCES_OF_SOURCE - 1)
      .run();
    const title = await over(name);
    const one = await admin.put(`/resources/${unique('r')}/`, { origin: { source: name, url: 'x' } });
    expect([one.status, (await one.json<{ detail: string }>()).detail]).toEqual([
      409,
      `The source "${name}" already has ${MAX_RESOURCES_OF_SOURCE} resources, the maximum.`,
    ]);
    expect((await admin.put(`/resources/${title}/`, { origin: { source: name, url: 'y' } })).status).toBe(200);
    expect((await admin.put(`/sources/${name}/`, { url: URL_OF_ERP })).status).toBe(200);
  });
});

it('a definition whose pages cannot come in time at the rate of its source is taken with a warning', async () => {
  const { name, definition } = await defineSource({ rate: { requests: 5, per_s: 60 } });
  const origin = { source: name, pages: { next: '/next', total: '/n' } };
  const paged = { origin, tables: [{ name: 't', rows: '/rows', columns: ['id'] }] };
  const title = unique('r');
  const put = await admin.put(`/resources/${title}/`, paged);
  const warnings = [
    'At the rate of its source a load of 100 pages (origin.pages.max) takes 20 minutes, and a load ends after 13; ask for fewer, larger pages.',
  ];
  expect([put.status, (await put.json<{ warnings?: string[] }>()).warnings]).toEqual([201, warnings]);
  await admin.put(`/sources/${name}/`, { ...definition, rate: { requests: 50, per_s: 60 } });
  expect(await (await admin.get(`/resources/${title}/`)).json()).not.toHaveProperty('warnings');
});

describe('a change of a source', () => {
  const numbers = async (titles: string[]) =>
    Promise.all(titles.map(async (title) => (await d1Resources(env.DB).read(title))?.number));

  it.each<[string, Members]>([
    ['url', { url: 'https://crm.example.com/' }],
    ['via', { via: 'VIA_TEST' }],
    ['headers', { headers: { 'X-A': 'b' } }],
    ['auth', { auth: { query: { k: KEY } } }],
  ])('of %s expires the caches of all its resources, and of no other', async (_member, change) => {
    const { name, definition } = await defineSource();
    const own = [await over(name), await over(name)];
    const others = [await over((await defineSource()).name), (await defineResource()).title];
    await load(own[0] ?? '');
    const [before, beforeOthers] = [await numbers(own), await numbers(others)];
    expect((await admin.put(`/sources/${name}/`, { ...definition, ...change })).status).toBe(200);
    const after = await numbers(own);
    for (const [at, number] of before.entries()) expect(after[at]).toBeGreaterThan(number ?? 0);
    expect(await numbers(others)).toEqual(beforeOthers);
    const stale = await admin.get(`/caches/?resource_title=${own[0]}&state=stale`);
    expect(await stale.json()).toHaveLength(1);
  });

  it('to a database does, too', async () => {
    const { name } = await defineSource();
    const title = await over(name, { url: '' });
    const before = await numbers([title]);
    await admin.put(`/sources/${name}/`, { database: 'SQL_ERP' });
    expect((await numbers([title]))[0]).toBeGreaterThan(before[0] ?? 0);
  });

  it.each<[string, Members]>([
    ['words', { description: 'ask Ada' }],
    ['concurrency', { concurrency: 3 }],
    ['rate', { rate: { requests: 10, per_s: 1 } }],
  ])('of its %s does not', async (_member, change) => {
    const { name, definition } = await defineSource();
    const title = await over(name);
    const before = await numbers([title]);
    expect((await admin.put(`/sources/${name}/`, { ...definition, ...change })).status).toBe(200);
    expect(await numbers([title])).toEqual(before);
  });

  it('is what the next load goes by', async () => {
    const { name, definition } = await defineSource();
    const title = await over(name);
    await load(title, { n: 1 });
    const other = new TestOrigin();
    await other.answer({ echo: true });
    await admin.put(`/sources/${name}/`, { ...definition, url: other.url });
    await load(title, { n: 1 });
    expect((await askedOf(other)).map(({ path }) => path)).toEqual(['/orders/1']);
  });
});

describe('a load over a source', () => {
  it('asks within its address, with its headers, where the resource has none of that name', async () => {
    const headers = { 'X-Client': '100', 'X-Language': 'DE', 'X-Secret': TOKEN };
    const { name, origin } = await defineSource({ headers });
    const title = await over(name, { url: 'orders/{n}?a=b', headers: { 'x-language': 'RU' } });
    await load(title, { n: 7 });
    const [asked] = await askedOf(origin);
    expect(asked?.path).toBe('/base/orders/7?a=b');
    expect(asked?.headers).toMatchObject({ 'x-client': '100', 'x-language': 'RU', 'x-secret': env.ORIGIN_TEST_TOKEN });
  });

  it('asks the address itself where the resource has no URL', async () => {
    const { name, origin } = await defineSource();
    await load(await over(name, {}));
    expect((await askedOf(origin)).map(({ path }) => path)).toEqual(['/base']);
  });

  it('sends basic credentials in UTF-8, and keys in the query in place of what stands there', async () => {
    const auth = { basic: { user: 'jürgen', password: TOKEN }, query: { 'api key': KEY } };
    const { name, origin } = await defineSource({ auth });
    await load(await over(name, { url: 'orders?$filter=a%20eq%20%27b%27&api%20key=mine&x' }));
    const [asked] = await askedOf(origin);
    expect(asked?.path).toBe(`/base/orders?$filter=a%20eq%20%27b%27&x&api%20key=${env.ORIGIN_TEST_KEY}`);
    const encoded = btoa(unescape(encodeURIComponent(`jürgen:${env.ORIGIN_TEST_TOKEN}`)));
    expect(asked?.headers.authorization).toBe(`Basic ${encoded}`);
  });

  it('keeps what lets us in from a host that a redirect leads to', async () => {
    const auth = { basic: { user: 'a', password: TOKEN }, query: { k: KEY } };
    const { name, origin } = await defineSource({ auth });
    const other = new TestOrigin();
    await other.answerJson({ n: 1 });
    const elsewhere = other.url.replace('127.0.0.1', 'localhost');
    await origin.answer({ status: 302, headers: { Location: elsewhere } });
    expect(await failureOf(await over(name, { url: '', redirects: 'hosts' }))).toMatchObject({
      type: '/docs/problems#origin-redirect',
    });
    expect(await other.requests()).toEqual([]);
  });

  it('tells nobody what let it in, whatever the origin repeats', async () => {
    const auth = { basic: { user: 'ada', password: TOKEN }, query: { k: KEY } };
    const { name, origin } = await defineSource({ auth });
    const encoded = btoa(`ada:${env.ORIGIN_TEST_TOKEN}`);
    const said = `no: ${encoded} ${env.ORIGIN_TEST_KEY} ${encodeURIComponent(env.ORIGIN_TEST_KEY)} ${env.ORIGIN_TEST_TOKEN}`;
    await origin.answer({ status: 401, headers: { 'Content-Type': 'text/plain' }, body: said });
    const title = await over(name);
    const error = await failureOf(title);
    expect(error).toMatchObject({
      type: '/docs/problems#origin-auth',
      detail: 'The origin answered with status 401. It says: no: *** *** *** ***',
    });
    const probe = await (await admin.post(`/resources/${title}/probe/`, {})).text();
    for (const secret of [encoded, env.ORIGIN_TEST_KEY, env.ORIGIN_TEST_TOKEN]) expect(probe).not.toContain(secret);
  });

  it.each<[Members, RegExp]>([
    [{ via: 'VIA_NOBODY' }, /names the binding VIA_NOBODY, which the service does not have/],
    [
      { url: undefined as never, database: 'SQL_ERP' },
      /names the Hyperdrive binding SQL_ERP, which the service does not have/,
    ],
    [{ auth: { query: { k: '$' + '{ORIGIN_UNSET}' } } }, /The secret ORIGIN_UNSET is not set/],
  ])('is misconfigured for %j', async (more, detail) => {
    const { name, definition } = await defineSource();
    const title = await over(name, { url: '' });
    expect((await admin.put(`/sources/${name}/`, { ...definition, ...more })).status).toBe(200);
    const error = await failureOf(title);
    expect(error.type).toBe('/docs/problems#misconfigured');
    expect(error.detail).toMatch(detail);
  });

  it('goes by the binding that it names, on its network also without TLS', async () => {
    const { name } = await defineSource({ url: 'http://erp.inner.example.com:8000/x/', via: 'VIA_TEST' });
    const title = await over(name, { url: 'orders' });
    await load(title);
    await onlyCache(title);
    expect(await (await alice.get(`/rpc/${title}/`)).json()).toMatchObject({
      url: 'http://erp.inner.example.com:8000/x/orders',
    });
  });

  it('is what a probe asks, too', async () => {
    const { name, origin } = await defineSource({ auth: { basic: { user: 'a', password: TOKEN } } });
    const title = await over(name);
    const probe = await (await admin.post(`/resources/${title}/probe/`, { parameters: { n: 3 } })).json<ProbeAnswer>();
    expect(probe).toMatchObject({ status: 200, faults: [] });
    const [asked] = await askedOf(origin);
    expect([asked?.path, asked?.headers.authorization]).toEqual(['/base/orders/3', expect.stringMatching(/^Basic /)]);
  });
});

describe('the limits of a source', () => {
  const limits = { concurrency: 1, rate: null };
  const takePermit = (name: string) =>
    gates(name).enter({ load: 'another', ttlMs: 60_000, force: false, limits, asOf: 0 });
  const stateOf = async (name: string) =>
    (await (await inspector.get(`/sources/${name}/?expand=state`)).json<SourceAnswer>()).state;

  it('are told with how they stand, on demand; the ETag for If-Match is that without', async () => {
    const { name, definition } = await defineSource({ concurrency: 1 });
    const open = { permits: 0, closed_until: null, closed_by: null, token_until: null, next_request: null };
    expect(await stateOf(name)).toEqual(open);
    await takePermit(name);
    await gates(name).close({ status: 429, retryAfterMs: 60_000 });
    expect(await stateOf(name)).toEqual({ ...open, permits: 1, closed_until: expect.any(String), closed_by: 429 });
    const plain = await inspector.get(`/sources/${name}/`);
    expect(await plain.json()).not.toHaveProperty('state');
    const match = { 'If-Match': plain.headers.get('ETag') ?? '' };
    const whole = await (await admin.get(`/sources/${name}/?expand=state`)).json<object>();
    expect((await admin.put(`/sources/${name}/`, whole, match)).status).toBe(200);
    expect((await admin.put(`/sources/${name}/`, { ...definition, concurrency: 2 }, match)).status).toBe(200);
  });

  it('keep a task waiting, which says so, until they let it in', async () => {
    const { name, origin } = await defineSource({ concurrency: 1 });
    const title = await over(name);
    await load(title);
    const loads = await origin.requests();
    await takePermit(name);
    const asked = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=0' });
    const { task_id: id } = await asked.json<{ task_id: string }>();
    const state = async (headers = {}): Promise<ExpandedTaskAnswer> =>
      (await alice.get(`/cache/state/?task_id=${id}&expand=task`, headers)).json();
    expect(await state()).toMatchObject({ task_state: 'PENDING', attempt: 0, waiting: { source: name, until: null } });
    await gates(name).close({ status: 429, retryAfterMs: 600_000 });
    expect(await state()).toMatchObject({ waiting: { source: name, until: (await stateOf(name))?.closed_until } });
    const { key } = await onlyCache(title);
    const listed = async (): Promise<ExpandedTaskAnswer[]> => (await inspector.get(`/caches/${key}/tasks/`)).json();
    expect((await listed())[0]).toMatchObject({ task_id: id, waiting: (await state()).waiting });
    expect(await origin.requests()).toEqual(loads);
    await gates(name).forget();
    expect(await state({ Prefer: 'wait=25' })).toMatchObject({ task_state: 'SUCCESS', attempt: 1 });
    expect(await state()).not.toHaveProperty('waiting');
    expect((await listed())[0]).not.toHaveProperty('waiting');
  });

  it('keep no task waiting that waits for a load of its own cache', async () => {
    const { name, origin } = await defineSource({ concurrency: 1 });
    const title = await over(name);
    await origin.answer({ hold: true });
    const ask = async () => {
      const answer = await alice.post('/cache/refresh/', { resource_title: title }, { Prefer: 'wait=0' });
      return (await answer.json<{ task_id: string }>()).task_id;
    };
    const first = await ask();
    await expect.poll(() => origin.requests()).toHaveLength(1);
    const second = await ask();
    expect(second).not.toBe(first);
    expect((await stateOf(name))?.permits).toBe(1);
    const state = await (await alice.get(`/cache/state/?task_id=${second}&expand=task`)).json();
    expect(state).toMatchObject({ task_state: 'PENDING', due: null });
    expect(state).not.toHaveProperty('waiting');
    await origin.answer({ echo: true });
  });

  it('hold for probes, too', async () => {
    const { name, origin } = await defineSource({ concurrency: 1 });
    const title = await over(name);
    await takePermit(name);
    const refused = await admin.post(`/resources/${title}/probe/`, {});
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '2']);
    expect(await origin.requests()).toEqual([]);
    await gates(name).leave({ load: 'another', isWell: true });
    expect((await admin.post(`/resources/${title}/probe/`, {})).status).toBe(200);
    expect((await stateOf(name))?.permits).toBe(0);
  });

  it('are forgotten with it', async () => {
    const { name, definition } = await defineSource({ concurrency: 1 });
    await takePermit(name);
    await gates(name).close({ status: 503, retryAfterMs: 60_000 });
    expect((await admin.delete(`/sources/${name}/`)).status).toBe(204);
    await admin.put(`/sources/${name}/`, definition);
    expect(await stateOf(name)).toMatchObject({ permits: 0, closed_until: null });
  });

  it('are not an answer while the gate gives none', async () => {
    const { name } = await defineSource({ concurrency: 1 });
    const SOURCE_GATE = { getByName: () => ({ view: () => Promise.reject(new Error('down')) }) };
    const headers = await bearer({ user: 'eve', scope: 'cache:inspect' });
    const answer = await sendUnder({ SOURCE_GATE }, `${API_BASE}/sources/${name}/?expand=state`, { headers });
    expect(answer.status).toBe(503);
  });
});
