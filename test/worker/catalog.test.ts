/** CONTRACT 3 "Catalog": what a reader may read, and a typed OpenAPI document of each resource. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { CatalogEntry } from '../../src/contract/catalog.ts';
import { openApiText } from '../../src/http/assets.ts';
import { admin } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { OpenApiContract, type OpenApiDocument } from '../support/openapi-contract.ts';
import { Source } from '../support/sources.ts';
import { bearer } from '../support/token.ts';

const member = new Client({ user: 'alice', groups: ['other', 'north'] });
const stranger = new Client({ user: 'bob', groups: ['North', 'north ', 'other'] });
const opener = new Client({ user: 'root', scope: 'cache:read cache:admin' });
const inspector = new Client({ user: 'eve', scope: 'cache:read cache:inspect' });

/** A definition with everything in it that is nobody's business. */
const SECRETIVE = {
  description: 'Orders of the year',
  origin: {
    url: 'https://erp.example.com/hidden-path{?year}',
    headers: { 'X-Hidden': '$' + '{ORIGIN_TEST_TOKEN}', Authorization: 'hidden value' },
    expect: [{ at: '/hidden', is: 'hidden' }],
  },
  parameters: {
    $comment: 'hidden remark',
    properties: {
      year: { type: 'integer', default: 2026, description: 'Year of the order', $comment: 'hidden remark' },
      $comment: { type: 'string' },
    },
  },
  groups: ['north', 'hidden-group'],
  schedule: '0 3 * * *',
  tables: [{ name: 'orders', rows: '/hidden/rows', columns: ['id', 'total'] }],
};

/** Every entry that a client gets, page by page. */
async function pagesOf(client: Client, path: string): Promise<CatalogEntry[][]> {
  const pages: CatalogEntry[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer: Response = await client.get(next);
    expect(answer.status).toBe(200);
    pages.push(await answer.json());
    next = /<\/api\/v1([^>]*)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return pages;
}
const titlesOf = async (client: Client, path = '/catalog/') =>
  (await pagesOf(client, path)).flat().map(({ title }) => title);
const documentOf = (client: Client, title: string) => client.get(`/catalog/${title}/openapi.json`);

async function define(definition: object, title = unique('catalog')): Promise<string> {
  const put = await admin.put(`/resources/${encodeURIComponent(title)}/`, definition);
  expect(put.status).toBe(201);
  return title;
}

describe('the catalog', () => {
  it('tells title, description, parameters as they are checked, tables and columns, and nothing else', async () => {
    const title = await define(SECRETIVE);
    const entry = (await pagesOf(member, '/catalog/')).flat().find((each) => each.title === title);
    expect(entry).toEqual({
      title,
      description: 'Orders of the year',
      parameters: {
        type: 'object',
        properties: {
          year: { type: 'integer', default: 2026, description: 'Year of the order' },
          $comment: { type: 'string' },
        },
        additionalProperties: false,
      },
      tables: [{ name: 'orders', columns: ['id', 'total'] }],
    });
    expect(Object.keys(entry ?? {})).toEqual(['title', 'description', 'parameters', 'tables']);
  });

  it('says so where a definition has no description, parameters and tables', async () => {
    const title = await define({ origin: { url: 'https://erp.example.com/' } });
    const entry = (await pagesOf(member, '/catalog/')).flat().find((each) => each.title === title);
    const parameters = { type: 'object', additionalProperties: false };
    expect(entry).toEqual({ title, description: null, parameters, tables: null });
  });

  it('is revalidated like the other lists', async () => {
    const answer = await member.get('/catalog/');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    const etag = answer.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]+"$/);
    expect((await member.get('/catalog/', { 'If-None-Match': etag })).status).toBe(304);
    const head = await member.head('/catalog/');
    expect([head.status, head.headers.get('ETag'), await head.text()]).toEqual([200, etag, '']);
  });

  it('comes in pages, in order of title, with all that is open and nothing that is closed', async () => {
    const prefix = unique('page');
    const groups = [undefined, ['north'], ['secret'], ['secret'], undefined, ['secret', 'north'], ['secret']];
    for (const [n, each] of groups.entries()) await Source.define(each && { groups: each }, `${prefix}-${n}`);
    for (const limit of [1, 2, 1000]) {
      const titles = (await titlesOf(member, `/catalog/?limit=${limit}`)).filter((title) => title.startsWith(prefix));
      expect(titles.map((title) => title.charAt(prefix.length + 1))).toEqual(['0', '1', '4', '5']);
      expect(titles).toEqual(titles.toSorted());
    }
    const sizes = (await pagesOf(member, '/catalog/?limit=2')).map(({ length }) => length);
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => 2));
  });

  it('names nothing that is closed in its cursors', async () => {
    const prefix = unique('cursor');
    for (const name of ['a', 'b', 'c']) await Source.define(name === 'b' ? { groups: ['secret'] } : {}, prefix + name);
    for (let next: string | undefined = '/catalog/?limit=1'; next !== undefined; ) {
      const answer: Response = await stranger.get(next);
      const link = answer.headers.get('Link') ?? '';
      const cursor = /cursor=([\w-]+)/.exec(link)?.[1] ?? '';
      expect(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))).not.toContain(`${prefix}b`);
      next = /<\/api\/v1([^>]*)>/.exec(link)?.[1];
    }
  });

  it.each<[string, Client, boolean]>([
    ['a member of a group', member, true],
    ['cache:admin with cache:read', opener, true],
    ['a stranger, whose groups look alike', stranger, false],
    ['cache:inspect with cache:read', inspector, false],
    ['a user without groups', new Client(), false],
  ])('shows a closed resource to those who may read it: %s', async (_who, client, isShown) => {
    const { title } = await Source.define({ groups: ['south', 'north'] });
    expect((await titlesOf(client)).includes(title)).toBe(isShown);
    expect((await documentOf(client, title)).status).toBe(isShown ? 200 : 404);
  });

  it('finds what the data routes find, whatever the names of the groups', async () => {
    const names = ['a', 'A', 'ä', 'a\u0308', 'null', '1', 'true', '["a"]', "a'b", 'a b', ' a', '%', '_', '\u{1f600}'];
    const titles = new Map<string, string>();
    for (const name of names) titles.set(name, (await Source.define({ groups: [name] })).title);
    for (const name of names) {
      const shown = new Set(await titlesOf(new Client({ user: 'carol', groups: [name] })));
      expect(names.filter((each) => shown.has(titles.get(each) ?? ''))).toEqual([name]);
    }
  });

  it('continues without a definition that is not JSON', async () => {
    const broken = unique('broken');
    const sql = 'INSERT INTO resources (title, definition, number, purged, changed_at) VALUES (?1, ?2, 1, 1, 1)';
    await env.DB.prepare(sql).bind(broken, '{"origin":').run();
    const { title } = await Source.define();
    const titles = await titlesOf(stranger);
    expect([titles.includes(title), titles.includes(broken)]).toEqual([true, false]);
    await env.DB.prepare('DELETE FROM resources WHERE title = ?1').bind(broken).run();
  });

  it('leaves out what was deleted', async () => {
    const title = await define({ origin: { url: 'https://erp.example.com/' } });
    expect(await titlesOf(member)).toContain(title);
    await admin.delete(`/resources/${title}/`);
    expect(await titlesOf(member)).not.toContain(title);
  });

  it('costs one statement, and no load', async () => {
    const { calls, response } = await countCalls('/api/v1/catalog/', { headers: await bearer({ user: 'alice' }) });
    expect(response.status).toBe(200);
    expect(calls).toEqual({ d1: 1, object: 0, r2: 0, queue: 0 });
  });

  it.each(['cursor=x', 'limit=0', 'title=a'])('refuses ?%s', async (query) => {
    expect((await member.get(`/catalog/?${query}`)).status).toBe(400);
  });
});

describe('the document of a resource', () => {
  it('has the path, parameters and tables of the resource', async () => {
    const title = await define(SECRETIVE);
    const document = await (await documentOf(member, title)).json<OpenApiDocument & { info: object }>();
    expect(document.info).toMatchObject({ title, description: 'Orders of the year' });
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/api/v1/cache/refresh/',
      '/api/v1/cache/state/',
      `/api/v1/rpc/${title}/`,
    ]);
    const read = document.paths[`/api/v1/rpc/${title}/`]?.get;
    expect(read?.parameters?.find(({ name }) => name === 'year')).toEqual({
      in: 'query',
      name: 'year',
      required: false,
      description: 'Year of the order',
      schema: { type: 'integer', default: 2026, description: 'Year of the order' },
    });
    expect(Object.keys(read?.responses ?? {})).toEqual(expect.arrayContaining(['200', '202', '304', '400', '404']));
  });

  it('tells nothing of the origin, its headers, secrets and groups', async () => {
    const title = await define(SECRETIVE);
    for (const answer of [await documentOf(member, title), await member.get('/catalog/')]) {
      expect(await answer.text()).not.toMatch(/hidden|erp\.example|ORIGIN_TEST|secret of the origin|K3y-Of/);
    }
  });

  it('describes what a reader then gets: tables, deltas, tasks and problems', async () => {
    const source = await Source.define({
      parameters: { properties: { year: { type: 'integer' }, region: {} } },
      tables: [
        { name: 'orders', rows: '/orders', columns: ['id', 'total'] },
        { name: 'none', rows: '/none', columns: ['c'] },
      ],
    });
    const contract = new OpenApiContract(await (await documentOf(member, source.title)).json<OpenApiDocument>());
    const path = `/api/v1${source.path}`;
    const check = async (method: string, at: string, answer: Response, status: number) => {
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('Content-Type') ?? '');
      expect(answer.status).toBe(status);
      contract.check(method, at, {
        status,
        headers: answer.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      });
      return text;
    };
    const load = async (orders: object[]) => {
      const others = Array.from({ length: 20 }, (_row, n) => ({ id: 100 + n, total: n }));
      await source.origin.answerJson({ orders: [...orders, ...others], none: [] });
      const asked = { resource_title: source.title, year: 2026 };
      await check(
        'POST',
        '/api/v1/cache/refresh/',
        await member.post('/cache/refresh/', asked, { Prefer: 'wait=20' }),
        200,
      );
    };
    await load([{ id: 1, total: 2.5 }]);
    await load([{ id: 1, total: null }, { id: 'two' }]);
    const get = (query: string, headers = {}) => member.get(`${source.path}${query}`, headers);
    const whole = await get('?year=2026');
    const etag = whole.headers.get('ETag') ?? '';
    expect(JSON.parse(await check('GET', path, whole, 200))[0].data).toHaveLength(22);
    expect(await check('GET', path, await get('?year=2026', { 'X-Delta': 'v1-last' }), 200)).toContain('insert_rows');
    await check('GET', path, await get('?year=2026', { 'If-None-Match': etag }), 304);
    await check('GET', path, await get('?year=x'), 400);
    await check('GET', path, await get('?year=2026', { 'X-Delta': 'v9-last' }), 400);
    await check('POST', path, await member.post(source.path, { year: 2026 }), 200);
    // What another resource answers does not fit.
    const other = await Source.define({ tables: [{ name: 'orders', rows: '', columns: ['id'] }] });
    await other.origin.answerJson([{ id: 1 }]);
    const text = await (await member.get(other.path)).text();
    const foreign = { status: 200, headers: whole.headers, text, json: JSON.parse(text) };
    expect(() => contract.check('GET', path, foreign)).toThrow('body of GET');
  });

  it('is revalidated, and differs for each resource', async () => {
    const [one, other] = [await define(SECRETIVE), await define(SECRETIVE)];
    const answer = await documentOf(member, one);
    const etag = answer.headers.get('ETag') ?? '';
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect((await member.get(`/catalog/${one}/openapi.json`, { 'If-None-Match': etag })).status).toBe(304);
    expect((await documentOf(member, other)).headers.get('ETag')).not.toBe(etag);
  });

  it('of a closed resource is to others what that of an unknown one is', async () => {
    const { title } = await Source.define({ groups: ['north'] });
    const none = unique('none');
    const told = async (name: string) => {
      const answer = await documentOf(stranger, name);
      const headers = [...answer.headers].filter(([each]) => !['x-request-id', 'date'].includes(each));
      return { status: answer.status, text: (await answer.text()).replaceAll(name, 'TITLE'), headers };
    };
    expect(await told(title)).toEqual(await told(none));
    expect((await told(title)).status).toBe(404);
  });

  it('has a path for a title that is not ASCII', async () => {
    const title = await define({ origin: { url: 'https://erp.example.com/' } }, `müllabfuhr-${unique('t')}`);
    const answer = await documentOf(member, encodeURIComponent(title));
    const { paths } = await answer.json<OpenApiDocument>();
    expect(Object.keys(paths)).toContain(`/api/v1/rpc/${encodeURIComponent(title)}/`);
  });

  it('leaves the document of the whole API as it was', async () => {
    const before = JSON.stringify(await openApiText(env.ASSETS, 'http://freshet.test/'));
    await documentOf(member, await define(SECRETIVE));
    expect(JSON.stringify(await openApiText(env.ASSETS, 'http://freshet.test/'))).toBe(before);
  });
});
