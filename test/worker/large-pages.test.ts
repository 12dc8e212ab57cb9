/** Pages of lists end early where parameters or definitions are large: an isolate has 128 MB for everything at once. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { MAX_PAGE_BYTES } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import type { Entry } from '../../src/ports/entry.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { d1SyncRecords } from '../../src/stores/sync-records.ts';
import { admin } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { sampleEntry, unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';
import { sampleRecord } from '../support/sync-records.ts';

const LARGE_BYTES = 60_000;
/** One page holds some 70 of them. */
const COUNT = 150;
const LARGE = 'é'.repeat(LARGE_BYTES / 2);

/** Follows the pages of a list; how many items each has, none of which is larger than it may be. */
async function pagesOf<Item>(client: Client, path: string): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer: Response = await client.get(next);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_PAGE_BYTES + 4 * LARGE_BYTES);
    pages.push(JSON.parse(text));
    next = /<\/api\/v1([^>]*)>/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return pages;
}

/** Entries of one resource with large parameters, in order of key. */
async function largeEntries(resource: string): Promise<Entry[]> {
  const entries = Array.from({ length: COUNT }, (_, n) =>
    sampleEntry({ ...cacheIdentity(resource, { n, text: LARGE }, null), number: 1000 }),
  );
  for (const entry of entries) await d1Entries(env.DB).put(entry);
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const define = (title: string, more = {}) => d1Resources(env.DB).put(title, sampleResource(more), true, null, 1000);

it('a list of caches with large parameters', async () => {
  const title = unique('large');
  await define(title);
  const entries = await largeEntries(title);
  for (const filter of ['', '&state=stale']) {
    const pages = await pagesOf<{ key: string }>(admin, `/caches/?resource_title=${title}${filter}`);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat().map(({ key }) => key)).toEqual(entries.map(({ key }) => key));
  }
});

it('a list of records with what is current of caches with large parameters', async () => {
  const [title, user] = [unique('large'), unique('user')];
  await define(title);
  const entries = await largeEntries(title);
  // Two devices of each, and one cache that D1 knows nothing of.
  const records = ['a', 'b'].flatMap((device) =>
    [...entries.map(({ key }) => key), 'f'.repeat(64)].map((key) =>
      sampleRecord({ user, device, resource: title, key }),
    ),
  );
  await d1SyncRecords(env.DB).put(records);
  const client = new Client({ user });
  const pages = await pagesOf<{ device: string; parameters: { n: number } | null }>(client, '/cache/?expand=resource');
  expect(pages.length).toBeGreaterThan(2);
  const all = pages.flat();
  expect(all).toHaveLength(records.length);
  const numbers = entries.map(({ parameters }) => parameters.n);
  for (const device of ['a', 'b']) {
    const own = all.filter((each) => each.device === device).map(({ parameters }) => parameters?.n ?? null);
    expect(own).toEqual([...numbers, null]);
  }
});

it('a list of large definitions', async () => {
  const prefix = unique('large');
  const titles = Array.from({ length: COUNT }, (_, n) => `${prefix}-${String(n).padStart(3, '0')}`);
  const parameters = { properties: { a: { description: LARGE } } };
  for (const title of titles) await define(title, { parameters });
  const pages = await pagesOf<{ title: string }>(admin, '/resources/');
  const found = pages.flat().map(({ title }) => title);
  expect(found.filter((title) => title.startsWith(prefix))).toEqual(titles);
  expect(pages.length).toBeGreaterThan(2);
});

it('a page of usual rows is as long as it may be', async () => {
  const title = unique('usual');
  await define(title);
  const entries = Array.from({ length: 30 }, (_, n) => sampleEntry({ ...cacheIdentity(title, { n }, null) }));
  for (const entry of entries) await d1Entries(env.DB).put(entry);
  const pages = await pagesOf(admin, `/caches/?resource_title=${title}`);
  expect(pages.map((page) => page.length)).toEqual([30]);
});
