import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { listCursor } from '../../src/core/cursor.ts';
import {
  admin,
  cachesOf,
  defineResource,
  faultsOf,
  load,
  loadAll,
  NOTHING_LOADED,
  onlyCache,
} from '../support/admin.ts';

/** Parameters of the caches that hold something. */
async function held(title: string): Promise<unknown[]> {
  return (await cachesOf(title)).filter(({ version }) => version !== null).map(({ parameters }) => parameters);
}

describe('purging', () => {
  it('one cache empties it, permanently; its versions continue counting', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    const purged = await admin.delete(`/caches/${key}/`);
    expect([purged.status, await purged.text()]).toEqual([204, '']);
    expect(await onlyCache(title)).toMatchObject({ key, ...NOTHING_LOADED });
    await load(title);
    expect(await onlyCache(title)).toMatchObject({ version: 2, etag: `${key.slice(0, 16)}-v2` });
  });

  it('one cache heeds If-Match', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    expect((await admin.delete(`/caches/${key}/`, { 'If-Match': '"x"' })).status).toBe(412);
    expect((await onlyCache(title)).version).toBe(1);
    const etag = (await admin.get(`/caches/${key}/`)).headers.get('ETag') ?? '';
    expect((await admin.delete(`/caches/${key}/`, { 'If-Match': etag })).status).toBe(204);
  });

  it('a whole resource empties all its caches at once, and the sweep frees what they hold', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const answer = await admin.delete(`/caches/?resource_title=${title}`);
    expect([answer.status, await answer.json()]).toEqual([200, { purged: 2, next: null }]);
    expect(await held(title)).toEqual([]);
    const left = () =>
      env.DB.prepare('SELECT count(*) AS n FROM entries WHERE resource = ? AND version IS NOT NULL')
        .bind(title)
        .first('n');
    await expect.poll(left).toBe(0);
    const sweeping = () =>
      env.DB.prepare('SELECT sweeping FROM resources WHERE title = ?').bind(title).first('sweeping');
    await expect.poll(sweeping).toBe(0);
    await load(title, { n: 1 });
    expect(await held(title)).toEqual([{ n: 1 }]);
  });

  it('softly, a whole resource only expires', async () => {
    const { title } = await defineResource();
    await load(title);
    const answer = await admin.delete(`/caches/?resource_title=${title}&soft=true`);
    expect(await answer.json()).toEqual({ purged: 1, next: null });
    const cache = await onlyCache(title);
    expect(cache.version).toBe(1);
    expect(Date.parse(cache.expires ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('by parameters empties those caches alone that contain them', async () => {
    const { title } = await defineResource();
    await loadAll(title, [
      { n: 1, of: { a: 'x', b: [1] } },
      { n: 2, of: null },
      { n: 3, of: { a: 'x', b: [1] } },
    ]);
    const query = `resource_title=${title}&parameters=${encodeURIComponent('{"of":{"b":[1.0],"a":"x"}}')}`;
    expect(await (await admin.delete(`/caches/?${query}`)).json()).toEqual({ purged: 2, next: null });
    expect(await held(title)).toEqual([{ n: 2, of: null }]);
  });

  it('by parameters, softly, only expires those caches', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const query = `resource_title=${title}&soft=true&parameters=${encodeURIComponent('{"n":1}')}`;
    expect(await (await admin.delete(`/caches/?${query}`)).json()).toEqual({ purged: 1, next: null });
    expect((await cachesOf(title, '&state=stale')).map(({ parameters, version }) => [parameters, version])).toEqual([
      [{ n: 1 }, 1],
    ]);
  });

  it('by parameters continues with its cursor, and with no other', async () => {
    const { title } = await defineResource();
    await load(title);
    const path = `/caches/?resource_title=${title}&parameters={}`;
    const cursor = listCursor('purges').after('f'.repeat(64));
    expect(await (await admin.delete(`${path}&cursor=${cursor}`)).json()).toEqual({ purged: 0, next: null });
    expect(await held(title)).toHaveLength(1);
    expect((await admin.delete(`${path}&cursor=${listCursor('caches').after('0')}`)).status).toBe(400);
    expect(await held(title)).toHaveLength(1);
  });

  it.each(['', '&soft=true'])('with dry_run tells how many caches it would purge, and purges none%s', async (soft) => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const [{ key } = { key: '' }] = await cachesOf(title, '&parameters={"n":3}');
    await admin.delete(`/caches/${key}/`);
    const counted = async (parameters = '') =>
      (await admin.delete(`/caches/?resource_title=${title}&dry_run=true${soft}${parameters}`)).json();
    expect(await counted()).toEqual({ purged: 0, would: 2, next: null });
    expect(await counted('&parameters={}')).toEqual({ purged: 0, would: 2, next: null });
    expect(await counted('&parameters={"n":1}')).toEqual({ purged: 0, would: 1, next: null });
    expect(await counted('&parameters={"n":3}')).toEqual({ purged: 0, would: 0, next: null });
    expect(await held(title)).toHaveLength(2);
    expect(await cachesOf(title, '&state=fresh')).toHaveLength(2);
    const purged = await admin.delete(`/caches/?resource_title=${title}${soft}&parameters={}`);
    expect(await purged.json()).toEqual({ purged: 2, next: null });
  });

  it('of an unknown resource is 404', async () => {
    expect((await admin.delete('/caches/?resource_title=none')).status).toBe(404);
    expect((await admin.delete('/caches/?resource_title=none&parameters={}')).status).toBe(404);
    for (const query of ['', '&parameters={}']) {
      expect((await admin.delete(`/caches/?resource_title=none&dry_run=true${query}`)).status).toBe(404);
    }
  });

  it('refuses a query that is wrong, and empties nothing', async () => {
    const { title } = await defineResource();
    await load(title);
    for (const [query, fault] of [
      ['', '/resource_title is required'],
      ['resource_title=x&soft=yes', '/soft must be one of "true", "false"'],
      ['resource_title=x&cursor=y', '/cursor is only allowed with "parameters"'],
      ['resource_title=x&parameters=[]', '/parameters must be a JSON object'],
      ['resource_title=x&parameters={', '/parameters must be a JSON object'],
      ['resource_title=x&parameters={"a":1e400}', '/parameters/a must be a finite number'],
      [
        'resource_title=x&all=true',
        '/all is not known here; known are "resource_title", "parameters", "soft", "dry_run", "cursor"',
      ],
    ] as const) {
      expect(await faultsOf(await admin.delete(`/caches/?${query.replace('=x', `=${title}`)}`))).toEqual([fault]);
    }
    expect(await held(title)).toHaveLength(1);
  });
});
