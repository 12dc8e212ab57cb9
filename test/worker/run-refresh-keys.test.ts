/** Keys of a source that go in the query (CONTRACT 4 "Sources"): each request has each once, and nobody else gets one. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { stubOf } from '../support/object-loads.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { services } from '../support/refreshes.ts';
import { Sourced } from '../support/sourced.ts';

const KEY = env.ORIGIN_TEST_KEY;
const TABLE = { name: 't', rows: '/value', columns: ['id'], key: ['id'] };
const PAGES = { next: '/next' };

const define = (origin: object = {}) =>
  Sourced.over(
    { auth: { query: { 'api key': '$' + '{ORIGIN_TEST_KEY}' } } },
    { tables: [TABLE], retry: { max_attempts: 1, backoff_s: 0 }, origin: { pages: PAGES, ...origin } },
  );
/** These answers one after the other; the last again and again. */
function chain([first = {}, ...others]: OriginAnswer[]): OriginAnswer {
  return others.length === 0 ? first : { ...first, next: chain(others) };
}
const page = (id: number, more: object = {}): OriginAnswer => ({
  body: JSON.stringify({ value: [{ id }], ...more }),
});
const asked = async ({ origin }: Sourced) => (await origin.requests()).map(({ path }) => path.split('/data')[1]);

describe('a key in the query', () => {
  it.each([
    ['has lost it', '?p=2'],
    ['repeats it', `?api%20key=${KEY}&p=2`],
    ['repeats it, written otherwise', `?p=2&%61pi+key=${KEY}`],
    ['repeats it twice', `?api%20key=${KEY}&p=2&api%20key=${KEY}`],
    ['has that of somebody else', '?api%20key=another&p=2'],
    ['has it empty', '?api%20key&p=2'],
  ])('is sent once with each page where the next link %s', async (_what, next) => {
    const cache = await define();
    await cache.origin.answer(chain([page(1, { next }), page(2)]));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    expect(await asked(cache)).toEqual([`?api%20key=${KEY}`, `?p=2&api%20key=${KEY}`]);
  });

  it.each<[string, object, object, string]>([
    ['a token', { cursor: '/token', param: 'after' }, { token: 'a b' }, 'after=a%20b&'],
    ['an offset', { offset: '$skip', total: '/n' }, { n: 2 }, '$skip=1&'],
  ])('stands beside %s', async (_what, pages, values, query) => {
    const cache = await define({ pages });
    await cache.origin.answer(chain([page(1, values), page(2, { n: 2 })]));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    expect((await asked(cache))[1]).toBe(`?${query}api%20key=${KEY}`);
  });

  it('makes no link another one: an answer that leads to itself is asked for once', async () => {
    const cache = await define();
    await cache.origin.answer(page(1, { next: `?api%20key=${KEY}` }));
    expect((await cache.refresh()).task).toMatchObject({
      state: 'FAILURE',
      error: { type: '/docs/problems#origin-pages' },
    });
    expect(await asked(cache)).toHaveLength(1);
  });

  it('is kept with no link to what changes, and sent with it', async () => {
    const cache = await define({ changes: { link: '/delta' } });
    const delta = `?delta=1&api%20key=${KEY}`;
    await cache.origin.answer(page(1, { delta }));
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    const kept = await runInDurableObject(stubOf(cache.cache), (_object, { storage: { sql } }) => {
      const tables = [...sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")];
      const own = tables.map(({ name }) => name).filter((name) => !name.startsWith('_cf'));
      return JSON.stringify(own.map((name) => [...sql.exec(`SELECT * FROM "${name}"`)]));
    });
    expect(kept).toContain('delta=1');
    expect(kept).not.toContain(KEY);
    await cache.refresh();
    expect((await asked(cache))[1]).toBe(delta);
  });

  it('that was rotated meanwhile is sent from the next page on', async () => {
    const cache = await define();
    await cache.origin.answer(
      chain([page(1, { next: `?p=2&api%20key=${KEY}` }), page(2, { next: `?p=3&api%20key=${KEY}` }), page(3)]),
    );
    const secret = (name: string) => {
      const isLate = name === 'ORIGIN_TEST_KEY' && pagesAsked >= 2;
      return isLate ? 'rotated' : services.secret(name);
    };
    let pagesAsked = 0;
    const fetch = async (url: string, init: RequestInit) => {
      pagesAsked += 1;
      return globalThis.fetch(url, init);
    };
    expect((await cache.refresh({ secret, fetch })).task.state).toBe('SUCCESS');
    expect(await asked(cache)).toEqual([`?api%20key=${KEY}`, `?p=2&api%20key=${KEY}`, '?p=3&api%20key=rotated']);
  });

  it.each([
    ['another host that the service trusts', 'https://files.example.com/orders'],
    ['a trusted host, and from there to another', 'https://cdn.example.com/orders'],
  ])('does not go to %s, though a redirect repeats the query', async (_what, elsewhere) => {
    const cache = await define({ redirects: 'hosts', pages: undefined });
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      const { host, search } = new URL(url);
      const next = { 'files.example.com': null, 'cdn.example.com': 'https://files.example.com/x' }[host];
      if (next === null) return Response.json({ value: [{ id: 1 }] });
      const query = search === '' ? '?a=b' : `${search}&a=b`;
      return new Response(null, { status: 302, headers: { Location: `${next ?? elsewhere}${query}` } });
    };
    expect((await cache.refresh({ fetch })).task.state).toBe('SUCCESS');
    const [first, ...others] = urls;
    expect(first).toContain(KEY);
    expect(others.join(' ')).not.toContain(KEY);
    expect(others.at(-1)).toMatch(/^https:\/\/files\.example\.com\/.*a=b/);
  });
});
