import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { d1Resources } from '../../src/stores/resources.ts';
import { admin, cachesOf, defineResource, faultsOf, load, loadAll } from '../support/admin.ts';
import { Client, send } from '../support/client.ts';
import { recordingDatabase } from '../support/database.ts';
import { unique } from '../support/entries.ts';
import { DEFAULTS, ORIGIN_DEFAULTS, sampleResource } from '../support/resources.ts';

const MINIMAL = {
  origin: { url: 'https://erp.example.com/{?year}' },
  parameters: { properties: { year: { type: 'integer' } } },
};

async function rowOf(title: string) {
  return env.DB.prepare('SELECT * FROM resources WHERE title = ?').bind(title).first<Record<string, unknown>>();
}
const numberOf = async (title: string) => (await rowOf(title))?.number;

async function put(title: string, body: unknown = MINIMAL, headers = {}) {
  return admin.put(`/resources/${encodeURIComponent(title)}/`, body, headers);
}

describe('PUT of a definition', () => {
  it('makes it, with its defaults, and tells it again the same way', async () => {
    const title = unique('sales');
    const made = await put(title);
    expect(made.status).toBe(201);
    const text = await made.text();
    expect(JSON.parse(text)).toEqual({
      title,
      ...MINIMAL,
      origin: { ...MINIMAL.origin, ...ORIGIN_DEFAULTS },
      ...DEFAULTS,
    });
    const got = await admin.get(`/resources/${title}/`);
    expect(got.status).toBe(200);
    expect(got.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(got.headers.get('ETag')).toBe(made.headers.get('ETag'));
    expect(await got.text()).toBe(text);
  });

  it('takes an origin.body as long as the schema allows, and names the limit of a longer one', async () => {
    const line = '<id type="x">{year}</id>\n';
    const withBody = (length: number) => {
      const body = `<a>${line.repeat(length / line.length).padEnd(length - 7)}</a>`;
      const headers = { 'Content-Type': 'text/xml' };
      return { ...MINIMAL, origin: { url: 'https://erp.example.com/', method: 'POST', headers, body } };
    };
    expect((await put(unique('soap'), withBody(32_768))).status).toBe(201);
    const [fault] = await faultsOf(await put(unique('soap'), withBody(32_769)));
    expect(fault).toMatch(/^\/origin\/body .*32768/);
  });

  it('takes a title of any script, percent-encoded in the path', async () => {
    const title = unique('売上_é.');
    expect((await put(title)).status).toBe(201);
    expect(await (await admin.get(`/resources/${encodeURIComponent(title)}`)).json()).toMatchObject({ title });
  });

  it('of what GET gave changes nothing: not the number, not the ETag', async () => {
    const title = unique('same');
    await put(title);
    const before = await rowOf(title);
    const got = await admin.get(`/resources/${title}`);
    const again = await put(title, await got.json());
    expect(again.status).toBe(200);
    expect(again.headers.get('ETag')).toBe(got.headers.get('ETag'));
    expect(await rowOf(title)).toEqual(before);
  });

  it('of what GET gave is not put off by the warnings that an earlier release left', async () => {
    const title = unique('sales');
    await put(title);
    // Without `quote` no such URL passes PUT by now.
    const url = "https://erp.example.com/sales?$filter=region%20eq%20'{region}'";
    const definition = { ...MINIMAL, ...DEFAULTS, origin: { ...MINIMAL.origin, ...ORIGIN_DEFAULTS, url } };
    const parameters = { properties: { year: { type: 'integer' }, region: { type: 'string' } } };
    await env.DB.prepare('UPDATE resources SET definition = ? WHERE title = ?')
      .bind(JSON.stringify({ ...definition, parameters }), title)
      .run();
    const got = await (await admin.get(`/resources/${title}/`)).json<{ warnings: string[]; origin: object }>();
    expect(got.warnings).toHaveLength(1);
    const mended = { ...got, origin: { ...got.origin, quote: 'odata' } };
    const answer = await put(title, mended);
    expect(answer.status === 200 ? [] : await faultsOf(answer)).toEqual([]);
  });

  it('keeps the number when the change does not matter to loads, else raises it', async () => {
    const title = unique('number');
    await put(title);
    const first = await numberOf(title);
    expect((await put(title, { ...MINIMAL, ttl_s: 1 })).status).toBe(200);
    expect(await numberOf(title)).toBe(first);
    expect((await put(title, { ...MINIMAL, ttl_s: 1, scope: 'user' })).status).toBe(200);
    expect(await numberOf(title)).toBeGreaterThan(first as number);
  });

  it('is refused with all faults at once, and writes nothing', async () => {
    const title = unique('faults');
    const faults = await faultsOf(await put(title, { origin: { url: 'gopher://x/' }, ttl_s: -1, color: 'red' }));
    expect(faults.toSorted()).toEqual([
      '/color is not known here',
      '/origin/url must be https',
      '/ttl_s must be at least 0',
    ]);
    expect(await rowOf(title)).toBeNull();
    expect((await admin.get(`/resources/${title}`)).status).toBe(404);
  });

  it('is refused under a title that is none', async () => {
    for (const title of ['a b', 'e\u0301', 'x'.repeat(129), 'a/b']) {
      expect((await faultsOf(await put(title)))[0]).toMatch(/^\/title must be/);
    }
  });

  it('is refused when the body is not JSON, no object or too large', async () => {
    const path = `/resources/${unique('body')}`;
    const raw = (body: string, type = 'application/json') => admin.send('PUT', path, { 'Content-Type': type }, body);
    expect(await (await raw('{"origin":')).json()).toMatchObject({ type: '/docs/problems#invalid-json', status: 400 });
    expect(await faultsOf(await raw('[]'))).toEqual([' must be an object']);
    expect(await faultsOf(await raw(`{"parameters":${'['.repeat(30_000)}${']'.repeat(30_000)}}`))).toHaveLength(1);
    expect((await raw(`{"origin":"${'x'.repeat(65_536)}"}`)).status).toBe(413);
    expect((await raw('{}', 'text/plain')).status).toBe(415);
    expect((await admin.get(path)).status).toBe(404);
  });
});

describe('PUT of a definition with dry_run=true', () => {
  const preview = (title: string, body: unknown, headers = {}) =>
    admin.put(`/resources/${encodeURIComponent(title)}/?dry_run=true`, body, headers);

  it('of a new one tells it with its defaults, and makes nothing', async () => {
    const title = unique('sales');
    const answer = await preview(title, MINIMAL);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      definition: { title, ...DEFAULTS, origin: { ...MINIMAL.origin, ...ORIGIN_DEFAULTS } },
      created: true,
      would: 0,
    });
    expect(await rowOf(title)).toBeNull();
  });

  it('tells which members differ and how many caches would expire, and changes neither', async () => {
    const { title, definition } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const before = await rowOf(title);
    const changeOf = async (body: object) => {
      const { changed, would, created } = await (await preview(title, body)).json<{ [name: string]: unknown }>();
      return { changed, would, created };
    };
    const harmless = { ...definition, ttl_s: 60 };
    expect(await changeOf(harmless)).toEqual({ changed: ['ttl_s'], would: 0, created: false });
    const decisive = { ...harmless, origin: { ...(definition.origin as object), headers: { 'X-A': 'b' } } };
    expect(await changeOf(decisive)).toEqual({ changed: ['origin', 'ttl_s'], would: 2, created: false });
    expect(await changeOf(definition)).toEqual({ changed: [], would: 0, created: false });
    expect(await rowOf(title)).toEqual(before);
    for (const { expires } of await cachesOf(title)) expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now());
  });

  it('is refused as the PUT would be: with all faults, or where If-Match does not hold', async () => {
    const { title, definition } = await defineResource();
    expect(await faultsOf(await preview(title, { ...definition, ttl: 1, wait_s: 31 }))).toHaveLength(2);
    expect((await preview(title, definition, { 'If-Match': '"other"' })).status).toBe(412);
    expect((await preview(title, definition, { 'If-None-Match': '*' })).status).toBe(412);
    expect(await faultsOf(await admin.put(`/resources/${title}/?dry=true`, definition))).toHaveLength(1);
  });
});

describe('a precondition', () => {
  it('If-None-Match: * lets only the first of several writers make it', async () => {
    const title = unique('once');
    const answers = await Promise.all(
      [1, 2, 3].map((ttl_s) => put(title, { ...MINIMAL, ttl_s }, { 'If-None-Match': '*' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 412, 412]);
  });

  it('If-Match lets only those change it who know what stands', async () => {
    const title = unique('match');
    expect((await put(title, MINIMAL, { 'If-Match': '*' })).status).toBe(412);
    const etag = (await put(title)).headers.get('ETag') ?? '';
    const changed = await put(title, { ...MINIMAL, ttl_s: 5 }, { 'If-Match': `"x", ${etag}` });
    expect(changed.status).toBe(200);
    const before = await rowOf(title);
    const late = await put(title, { ...MINIMAL, ttl_s: 6 }, { 'If-Match': etag });
    expect(late.status).toBe(412);
    expect(await late.json()).toMatchObject({ type: '/docs/problems#precondition-failed' });
    expect(
      (await put(title, { ...MINIMAL, ttl_s: 6 }, { 'If-Match': `W/${changed.headers.get('ETag')}` })).status,
    ).toBe(412);
    expect((await admin.delete(`/resources/${title}`, { 'If-Match': etag })).status).toBe(412);
    expect(await rowOf(title)).toEqual(before);
  });

  it('is not judged before the body is known to be right', async () => {
    expect((await put(unique('order'), { ttl_s: 1 }, { 'If-Match': '*' })).status).toBe(400);
  });

  it('If-None-Match on GET answers 304', async () => {
    const title = unique('get');
    const etag = (await put(title)).headers.get('ETag') ?? '';
    expect((await admin.get(`/resources/${title}`, { 'If-None-Match': etag })).status).toBe(304);
  });

  it('is not needed: of concurrent writers each one is heard', async () => {
    const title = unique('race');
    const answers = await Promise.all([1, 2, 3].map((ttl_s) => put(title, { ...MINIMAL, ttl_s })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
  });
});

describe('DELETE of a definition', () => {
  it('answers 204 once, then 404', async () => {
    const title = unique('gone');
    await put(title);
    const gone = await admin.delete(`/resources/${title}/`);
    expect(gone.status).toBe(204);
    expect(await gone.text()).toBe('');
    expect((await admin.get(`/resources/${title}/`)).status).toBe(404);
    expect((await admin.delete(`/resources/${title}/`)).status).toBe(404);
    expect((await admin.delete(`/resources/${title}/`, { 'If-Match': '*' })).status).toBe(404);
  });

  it('leaves the title free for a new one with a higher number', async () => {
    const title = unique('anew');
    await put(title);
    const first = (await numberOf(title)) as number;
    await admin.delete(`/resources/${title}/`);
    expect((await put(title)).status).toBe(201);
    expect(await numberOf(title)).toBeGreaterThan(first);
  });

  it('purges what its caches hold, and forgets them', async () => {
    const { title } = await defineResource();
    await load(title);
    expect((await admin.delete(`/resources/${title}/`)).status).toBe(204);
    await expect.poll(() => rowOf(title)).toBeNull();
    expect(await env.DB.prepare('SELECT key FROM entries WHERE resource = ?').bind(title).first()).toBeNull();
  });
});

describe('the list of definitions', () => {
  it('goes in pages by title, each a bare array', async () => {
    const prefix = unique('zz');
    const titles = ['a', 'b', 'c'].map((end) => `${prefix}.${end}`);
    for (const title of titles) await put(title);
    const seen: string[] = [];
    let path: string | undefined = '/resources/?limit=2';
    while (path !== undefined) {
      const page: Response = await admin.get(path);
      const items = await page.json<{ title: string }[]>();
      expect(items.length).toBeLessThanOrEqual(2);
      seen.push(...items.map(({ title }) => title));
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(seen.filter((title) => titles.includes(title))).toEqual(titles);
    expect(seen).toEqual(seen.toSorted());
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'color=red'])('refuses %s', async (query) => {
    expect(await faultsOf(await admin.get(`/resources/?${query}`))).toHaveLength(1);
  });

  it('has only what has a text in its title or the URL of its origin, page by page', async () => {
    const prefix = unique('Zz');
    const host = `${prefix.toLowerCase()}.example.com`;
    for (const title of [`${prefix}.a`, `${prefix}.b`]) await put(title);
    await put(unique('other'), { origin: { url: `https://${host.toUpperCase()}/` } });
    const titlesOf = async (search: string, more = '') => {
      const answer = await admin.get(`/resources/?search=${encodeURIComponent(search)}${more}`);
      return (await answer.json<{ title: string }[]>()).map(({ title }) => title);
    };
    expect(await titlesOf(`${prefix.toUpperCase()}.`)).toEqual([`${prefix}.a`, `${prefix}.b`, expect.any(String)]);
    expect(await titlesOf(`${prefix}.b`)).toEqual([`${prefix}.b`]);
    expect(await titlesOf(host)).toHaveLength(1);
    expect(await titlesOf(`${prefix}%`)).toEqual([]);
    const page = await admin.get(`/resources/?search=${prefix}.&limit=1`);
    const [, next] = /<([^>]+)>/.exec(page.headers.get('Link') ?? '') ?? [];
    expect(next).toContain('search=');
    expect((await (await admin.get(`${next?.replace('/api/v1', '')}`)).json<{ title: string }[]>())[0]?.title).toBe(
      `${prefix}.b`,
    );
    const source = unique('Erp');
    await admin.put(`/sources/${source}/`, { url: 'https://erp.example.com' });
    expect((await put(`${prefix}.c`, { origin: { source } })).status).toBe(201);
    expect(await titlesOf(source.toLowerCase())).toEqual([`${prefix}.c`]);
    expect((await admin.get('/resources/?search=')).status).toBe(400);
  });

  it('is searched by words, whatever their case, and what parts them', async () => {
    const [mark, host] = [unique('w').replace(/[-_]/g, ''), 'https://erp.example.com/'];
    const titles = [`Прайс-${mark}`, `prices-${mark}-2026`, `store_17.${mark}`];
    for (const title of titles) await put(title, { origin: { url: `${host}${mark}/` } });
    const found = async (search: string) => {
      const answer = await admin.get(`/resources/?search=${encodeURIComponent(search)}`);
      expect(answer.status).toBe(200);
      return (await answer.json<{ title: string }[]>()).map(({ title }) => title);
    };
    const [russian, prices, store] = titles;
    expect(await found(`Prices ${mark}`)).toEqual([prices]);
    expect(await found(`${mark} 2026`)).toEqual([prices]);
    expect(await found(`ПРАЙС ${mark}`)).toEqual([russian]);
    expect(await found(`прай ${mark}`)).toEqual([russian]);
    expect(await found(`Store-17 ${mark}`)).toEqual([store]);
    expect(await found(`erp.EXAMPLE.com ${mark}`)).toHaveLength(3);
    for (const none of [
      `pr%ces ${mark}`,
      `%${mark}`,
      `${mark}%`,
      `pr?ces ${mark}`,
      `p*s ${mark}`,
      `pri\\ces ${mark}`,
    ]) {
      expect([none, await found(none)]).toEqual([none, []]);
    }
    // What parts words is itself looked for where nothing else is, and is no wildcard.
    expect((await found('_')).every((title) => title.includes('_'))).toBe(true);
    expect(await faultsOf(await admin.get(`/resources/?search=${'x'.repeat(129)}`))).toHaveLength(1);
  });

  it('has only those of a source, searched or not, page by page', async () => {
    const name = unique('src');
    await admin.put(`/sources/${name}/`, { url: 'https://erp.example.com' });
    await admin.put(`/sources/${name}-2/`, { url: 'https://erp.example.com' });
    const titles = ['a', 'b', 'c'].map((letter) => `${name}.${letter}`);
    for (const title of titles) await put(title, { origin: { source: name } });
    await put(`${name}.d`, { origin: { source: `${name}-2` } });
    const seen: string[] = [];
    let path: string | undefined = `/resources/?source=${name}&limit=2`;
    while (path !== undefined) {
      const page: Response = await admin.get(path);
      seen.push(...(await page.json<{ title: string }[]>()).map(({ title }) => title));
      path = /^<\/api\/v1(.*)>; rel="next"$/.exec(page.headers.get('Link') ?? '')?.[1];
    }
    expect(seen).toEqual(titles);
    const searched = await admin.get(`/resources/?source=${name}&search=.B`);
    expect(await searched.json()).toMatchObject([{ title: `${name}.b` }]);
    expect(await (await admin.get('/resources/?source=none')).json()).toEqual([]);
    expect(await faultsOf(await admin.get('/resources/?source=a%20b'))).toHaveLength(1);
  });

  it('looks at 1,000 resources for a page of a search, which is empty then and leads on', async () => {
    const mark = unique('zzz');
    const fill = `INSERT INTO resources (title, definition, number, purged, changed_at)
      WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1000)
      SELECT ?1 || printf('-%04d', value), ?2, 1, 1, 1 FROM n`;
    const text = JSON.stringify(sampleResource());
    await env.DB.prepare(fill).bind(mark, text).run();
    await put(`${mark}-needle`);
    const { statements, db } = recordingDatabase(env.DB);
    const words = (title: string) => title.includes('needle');
    const empty = await d1Resources(db).list(`${mark}-`, 10, { fits: words });
    expect([empty.resources, empty.next, statements.length]).toEqual([[], `${mark}-1000`, 1]);
    const last = await d1Resources(db).list(empty.next, 10, { fits: words });
    expect([last.resources.map(({ title }) => title), last.next]).toEqual([[`${mark}-needle`], null]);
    await env.DB.prepare('DELETE FROM resources WHERE title > ?1 AND title < ?2')
      .bind(`${mark}-`, `${mark}-9999`)
      .run();
  });

  it('refuses a cursor of another list', async () => {
    expect(await (await admin.get('/resources/?cursor=WyJjYWNoZXMiLCJhIl0')).json()).toMatchObject({
      type: '/docs/problems#invalid-cursor',
    });
  });
});

describe('administration of definitions', () => {
  it.each([
    ['/resources/', 'GET, HEAD, OPTIONS'],
    ['/resources/x/', 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['/resources/x/refresh/', 'POST, OPTIONS'],
  ])('reports for %s which methods it has', async (path, allow) => {
    const options = await send(path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('Allow')]).toEqual([204, allow]);
    const other = await admin.send('PATCH', path);
    expect([other.status, other.headers.get('Allow')]).toEqual([405, allow]);
  });

  it.each([
    ['cache:inspect', 'GET', '/resources/'],
    ['cache:inspect', 'GET', '/resources/x/'],
    ['cache:admin', 'PUT', '/resources/x/'],
    ['cache:admin', 'DELETE', '/resources/x/'],
    ['cache:admin', 'POST', '/resources/x/refresh/'],
  ])('needs %s for %s %s', async (scope, method, path) => {
    const other = await new Client({ scope: 'cache:read cache:refresh' }).send(method, path);
    expect(other.status).toBe(403);
    expect(other.headers.get('WWW-Authenticate')).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
    expect((await send(path, { method })).status).toBe(401);
  });
});
