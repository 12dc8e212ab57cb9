/** CONTRACT 3 "Many caches at once": one question about several caches, through the whole service. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { syncOf } from '../support/sync.ts';

const alice = new Client({ user: 'alice' });
const tagOf = (title: string, parameters = {}) => cacheIdentity(title, parameters, null).key.slice(0, 16);

describe('an item', () => {
  it('that has nothing yet gets the table, with what would be headers as members', async () => {
    const source = await loadedTable();
    const { caches, user, now, response } = await syncOf(alice, [{ id: 'a', resource_title: source.title }]);
    const one = await alice.get(source.path);
    const header = (name: string) => one.headers.get(name);
    expect(user).toBe('alice');
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(10_000);
    expect(caches).toEqual([
      {
        id: 'a',
        tag: tagOf(source.title),
        status: 200,
        etag: `${tagOf(source.title)}-v1`,
        version: 1,
        revision: expect.any(Number),
        content_version: 'v1',
        hash: header('Cache-Hash-Value'),
        last_modified: expect.stringMatching(/Z$/),
        loaded: expect.stringMatching(/Z$/),
        expires: expect.stringMatching(/Z$/),
        body: await one.json(),
      },
    ]);
    expect(Object.keys(caches[0] ?? {})).toEqual([
      ...['id', 'tag', 'status', 'etag', 'version', 'revision', 'content_version', 'hash'],
      ...['last_modified', 'loaded', 'expires', 'body'],
    ]);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS');
    expect(response.headers.has('ETag')).toBe(false);
  });

  it('of which nothing has changed is told by the newest load and definition, however often it was told before', async () => {
    const source = await loadedTable({ ttl_s: 3600 });
    const held = { resource_title: source.title, etag: `${tagOf(source.title)}-v1` };
    const ask = async () =>
      (
        await syncOf(alice, [
          { id: 'a', ...held, min_revision: 0 },
          { id: 'b', ...held },
        ])
      ).caches.map(({ id: _id, ...item }) => item);
    const [first, same] = await ask();
    expect(first).toMatchObject({ status: 304, version: 1 });
    expect(same).toEqual(first);
    expect(await ask()).toEqual([first, first]);
    // A load that changes nothing has another number, revision and time.
    await loadRows(source, 1, 2, 3);
    await expect.poll(async () => (await ask())[0]).toMatchObject({ status: 304, version: 2 });
    const [second] = await ask();
    expect(Number(second?.revision)).toBeGreaterThan(Number(first?.revision));
    await source.redefine({ ttl_s: 60 }, false);
    await expect
      .poll(async () => Date.parse((await ask())[0]?.expires ?? '') - Date.parse(second?.loaded ?? ''), {
        timeout: 20_000,
      })
      .toBe(60_000);
  });

  it('of which nothing has changed says so with its hash, by a tag with quotes or without', async () => {
    const source = await loadedTable();
    const etag = `${tagOf(source.title)}-v1`;
    const { caches } = await syncOf(alice, [
      { id: 'a', resource_title: source.title, etag },
      { id: 'b', resource_title: source.title, etag: `W/"${etag}"` },
    ]);
    const one = await alice.get(source.path);
    for (const item of caches) {
      expect(item).toMatchObject({ status: 304, etag, version: 1, hash: one.headers.get('Cache-Hash-Value') });
      expect(item.body).toBeUndefined();
    }
  });

  it('that is behind gets the difference alone', async () => {
    const source = await loadedTable();
    await loadRows(source, 2, 3, 4);
    const { caches } = await syncOf(alice, [
      { id: 'a', resource_title: source.title, etag: `${tagOf(source.title)}-v1` },
    ]);
    expect(caches[0]).toMatchObject({
      status: 200,
      content_version: 'delta v1-v2',
      etag: `${tagOf(source.title)}-v2`,
      body: [{ name: 't', insert_rows: [[4, 4]], delete_ids: [1] }],
    });
  });

  it('whose body is not a table has the path of its read', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    await (await alice.get(`${source.path}?region=n%20%2B`)).text();
    const { caches } = await syncOf(alice, [
      { id: 'a', resource_title: source.title, parameters: { region: 'n +', year: 2026 } },
    ]);
    const [item] = caches;
    const href = item?.href ?? '';
    expect(item).toMatchObject({ status: 200, content_type: 'application/json', bytes: 7 });
    expect(item?.hash).toBeUndefined();
    const read = await alice.get(href.slice('/api/v1'.length));
    expect([read.status, read.headers.get('ETag'), await read.text()]).toEqual([200, `"${item?.etag}"`, '{"n":1}']);
  });

  it.each([
    ['an array', { type: 'array' }, [1]],
    ['a text that a query would take for a number', { type: ['string', 'integer'] }, '1982'],
  ])('with %s among its parameters is to be read by POST', async (_name, type, value) => {
    const source = await Source.define({ parameters: { type: 'object', properties: { region: type } } });
    const parameters = { region: value };
    await (await alice.post(source.path, parameters)).text();
    const { caches } = await syncOf(alice, [{ id: 'a', resource_title: source.title, parameters }]);
    expect(caches[0]).toMatchObject({ status: 200, post: true });
    expect(caches[0]?.href).toBeUndefined();
  });

  it('that is bad in itself spoils no other', async () => {
    const source = await loadedTable();
    const unknown = unique('unknown');
    const { caches } = await syncOf(alice, [
      { id: 'a', resource_title: source.title },
      { id: 'b', resource_title: unknown },
      { id: 'c', resource_title: source.title, parameters: { odd: 1 } },
      { id: 'd', resource_title: 5 },
      'no object',
      { resource_title: source.title },
      { id: 'e', resource_title: source.title, parameters: { n: 2 ** 60 } },
      { id: 'f', resource_title: source.title, more: 1 },
      { id: 'g', resource_title: source.title, parameters: JSON.parse('{"__proto__":1}') },
      { id: 'h', resource_title: source.title, parameters: [] },
      { id: 'i', resource_title: source.title, parameters: [1] },
    ]);
    expect(caches.map(({ id, status }) => [id, status])).toEqual([
      ['a', 200],
      ['b', 404],
      ['c', 400],
      ['d', 400],
      [null, 400],
      [null, 400],
      ['e', 400],
      ['f', 400],
      ['g', 400],
      ['h', 400],
      ['i', 400],
    ]);
    const [, missing, wrong, , noObject] = caches;
    expect(noObject?.problem?.detail).toBe('The item must be an object.');
    expect(caches[9]?.problem?.errors).toEqual([{ pointer: '/parameters', detail: 'must be an object' }]);
    const asked = await alice.get(`/rpc/${unknown}/`);
    expect(missing?.problem).toEqual(await asked.json());
    expect(missing?.tag).toBeUndefined();
    expect(wrong?.problem).toMatchObject({ type: '/docs/problems#invalid-parameters', errors: [{ pointer: '/odd' }] });
  });

  it('of a resource that is closed to the user is 404 in the words of an unknown one', async () => {
    const source = await Source.define({ groups: ['north'] });
    const north = new Client({ user: 'alice', groups: ['north'] });
    const ask = [{ id: 'a', resource_title: source.title }];
    expect((await syncOf(north, ask)).caches[0]?.status).toBe(200);
    const { caches } = await syncOf(alice, ask);
    expect(caches).toEqual([{ id: 'a', status: 404, problem: await (await alice.get(source.path)).json() }]);
  });
});

describe('bodies', () => {
  it('come along small ones first, as far as inline_bytes reaches, and others have paths', async () => {
    const [large, small] = [await loadedTable(), await loadedTable()];
    await loadRows(large, ...Array.from({ length: 200 }, (_row, n) => n));
    const items = [large, small].map(({ title }) => ({ id: title, resource_title: title }));
    const of = async (inline_bytes: number) =>
      (await syncOf(alice, items, { inline_bytes })).caches.map(({ body, href }) => [
        body !== undefined,
        href !== undefined,
      ]);
    expect(await of(500)).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(await of(0)).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(await of(10_000)).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('that have gone are read by their paths, where they are loaded again', async () => {
    const source = await loadedTable();
    const { objects } = await env.BLOBS.list({ prefix: cacheIdentity(source.title, {}, null).key });
    await env.BLOBS.delete(objects.map(({ key }) => key));
    const { caches } = await syncOf(alice, [{ id: 'a', resource_title: source.title }]);
    expect(caches[0]).toMatchObject({ status: 200, version: 1, href: `/api/v1${source.path}` });
    const read = await alice.get(source.path);
    expect([read.status, read.headers.get('Content-Version')]).toEqual([200, 'v2']);
    await read.text();
  });
});

describe('a question', () => {
  it('with return=minimal is answered without what has not changed, and says so', async () => {
    const [same, other] = [await loadedTable(), await loadedTable()];
    const items = [
      { id: 'a', resource_title: same.title, etag: `${tagOf(same.title)}-v1` },
      { id: 'b', resource_title: other.title },
    ];
    const { caches, response } = await syncOf(alice, items, {}, { Prefer: 'return=minimal' });
    expect(caches.map(({ id }) => id)).toEqual(['b']);
    expect(response.headers.get('Preference-Applied')).toBe('return=minimal');
  });

  it('with return=minimal includes what is behind, although nothing has changed', async () => {
    const source = await loadedTable();
    const items = [{ id: 'a', resource_title: source.title, etag: `${tagOf(source.title)}-v1`, min_revision: 2 ** 52 }];
    const { caches } = await syncOf(alice, items, {}, { Prefer: 'return=minimal' });
    expect(caches).toMatchObject([{ id: 'a', status: 304, behind: true }]);
  });

  it.each<[string, number, BodyInit]>([
    ['no JSON', 400, '{'],
    ['no object', 400, '[]'],
    ['without caches', 400, '{}'],
    [
      'more than 100 items',
      400,
      JSON.stringify({ caches: Array.from({ length: 101 }, (_item, n) => ({ id: `${n}` })) }),
    ],
    ['a repeated id', 400, JSON.stringify({ caches: [{ id: 'a' }, { id: 'a', resource_title: 'x' }] })],
    ['more inline bytes than there may be', 400, JSON.stringify({ caches: [], inline_bytes: 4_194_305 })],
    ['more than 64 KiB', 413, JSON.stringify({ caches: [{ id: 'a', resource_title: 'x'.repeat(70_000) }] })],
  ])('%s is refused as a whole', async (_name, status, body) => {
    const answer = await alice.send('POST', '/sync/', { 'Content-Type': 'application/json' }, body);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, 'application/problem+json']);
    await answer.text();
  });

  it('needs the scope cache:read, and is no GET', async () => {
    const none = new Client({ user: 'alice', scope: 'cache:refresh' });
    expect((await none.post('/sync/', { caches: [] })).status).toBe(403);
    const got = await alice.get('/sync/');
    expect([got.status, got.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  it('may come as QUERY', async () => {
    const answer = await alice.send('QUERY', '/sync/', { 'Content-Type': 'application/json' }, '{"caches":[]}');
    expect([answer.status, await answer.json()]).toMatchObject([200, { user: 'alice', caches: [] }]);
  });

  it('of a device notes what it was given, and not what it was only promised', async () => {
    const [given, promised] = [await loadedTable(), await loadedTable()];
    const device = unique('tablet');
    const items = [given, promised].map(({ title }) => ({ id: title, resource_title: title }));
    await loadRows(promised, ...Array.from({ length: 200 }, (_row, n) => n));
    await syncOf(alice, items, { inline_bytes: 500 }, { 'X-Device-Id': device });
    const list = async () => (await alice.get(`/cache/?device=${device}`)).json<{ etag: string; version: number }[]>();
    await expect.poll(list).toHaveLength(1);
    expect(await list()).toMatchObject([{ version: 1, etag: `${tagOf(given.title)}-v1` }]);
  });
});
