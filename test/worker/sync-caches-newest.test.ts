/** CONTRACT 3 "Many caches at once": `min_revision`, and versions that this location does not know yet. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import type { SyncItemAnswer } from '../../src/contract/sync.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Client } from '../support/client.ts';
import { type Calls, countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { loadedTable } from '../support/live.ts';
import type { Source } from '../support/sources.ts';
import { syncOf } from '../support/sync.ts';
import { token } from '../support/token.ts';
import { until } from '../support/until.ts';

const alice = new Client({ user: 'alice' });
const stored = d1Entries(env.DB);
const keyOf = ({ title }: Source) => cacheIdentity(title, {}, null).key;

/** What another location brought about: D1 has a further version, of which this location knows nothing. */
async function commitElsewhere(source: Source): Promise<number> {
  const entry = await stored.find(keyOf(source));
  if (entry?.loaded == null) throw new Error('nothing is loaded');
  const { readAt: _readAt, ...known } = entry;
  const { chain } = await stored.read(entry.key, entry.resource).then((read) => read.entry ?? known);
  const loaded = { ...entry.loaded, version: entry.loaded.version + 1, loadedAt: Date.now() };
  const revision = entry.revision + 1;
  await stored.put({ ...known, chain, revision, loaded });
  return revision;
}
/** Asks at once after the location has looked them up, so that its copies are current. */
async function askCounted(items: object[]): Promise<{ calls: Calls; caches: SyncItemAnswer[] }> {
  const { calls, response } = await countCalls(
    `${API_BASE}/sync/`,
    {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' },
      // What comes along would be read only after what follows the answer is over.
      body: JSON.stringify({ caches: items, inline_bytes: 0 }),
    },
    // A location that takes what it has as current for a minute.
    { ENTRY_CACHE_MS: '60000' },
  );
  return { calls, caches: (await response.json<{ caches: SyncItemAnswer[] }>()).caches };
}
async function known(count: number): Promise<{ sources: Source[]; items: { id: string; resource_title: string }[] }> {
  const sources = await Promise.all(Array.from({ length: count }, () => loadedTable()));
  const items = sources.map(({ title }) => ({ id: title, resource_title: title }));
  // What their loads left here and at the edge is current for a second: a minute begins when D1 is asked.
  for (const item of items) await until(async () => expect((await askCounted([item])).calls.d1).toBe(1));
  return { sources, items };
}

describe('a revision that the location does not know', () => {
  it('is had from D1 for all such items in one statement, and no object is asked', async () => {
    const { sources, items } = await known(5);
    const revisions = await Promise.all(sources.map(commitElsewhere));
    const told = items.map((item, at) => ({ ...item, min_revision: revisions[at] }));
    expect((await askCounted(items)).caches.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
    const { calls, caches } = await askCounted(told);
    expect(calls).toMatchObject({ d1: 1, object: 0 });
    expect(caches.map(({ version, revision, behind }) => [version, revision, behind])).toEqual(
      revisions.map((revision) => [2, revision, undefined]),
    );
    // From then on the location knows them.
    expect((await askCounted(told)).calls).toMatchObject({ d1: 0, object: 0 });
  });

  it('is sought by one of many who ask at the same time', async () => {
    const { sources, items } = await known(2);
    const revisions = await Promise.all(sources.map(commitElsewhere));
    const told = items.map((item, at) => ({ ...item, min_revision: revisions[at] }));
    const answers = await Promise.all(Array.from({ length: 40 }, () => askCounted(told)));
    expect(answers.reduce((sum, { calls }) => sum + calls.d1, 0)).toBe(1);
    expect(answers.flatMap(({ caches }) => caches.map(({ version }) => version))).toEqual(Array<number>(80).fill(2));
  });

  it('and that nobody has leaves the item behind, with what is known; its object is asked once for all', async () => {
    const { items } = await known(1);
    const told = items.map((item) => ({ ...item, min_revision: 2 ** 52 }));
    const { calls, caches } = await askCounted(told);
    expect(calls).toMatchObject({ d1: 1, object: 1 });
    expect(caches).toMatchObject([{ status: 200, version: 1, behind: true }]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => askCounted(told)));
    expect(answers.map(({ calls: { d1, object } }) => d1 + object)).toEqual(Array<number>(20).fill(0));
    expect(answers.every(({ caches: [item] }) => item?.behind === true)).toBe(true);
  });

  it('of a cache that nobody has makes no object', async () => {
    const source = await loadedTable({ parameters: { type: 'object', properties: { n: { type: 'integer' } } } });
    const items = [{ id: 'a', resource_title: source.title, parameters: { n: 1 }, min_revision: 5 }];
    const { calls, caches } = await askCounted(items.map((item) => ({ ...item, id: unique('x') })));
    // Its load alone asks the object.
    expect(calls.object).toBe(1);
    expect([200, 202]).toContain(caches[0]?.status);
  });
});

describe('a version that the location does not know', () => {
  it('is had from D1, or from the object, before the device is answered', async () => {
    const { sources, items } = await known(2);
    await Promise.all(sources.map(commitElsewhere));
    const held = items.map((item, at) => ({
      ...item,
      etag: `${keyOf(sources[at] as Source).slice(0, 16)}-v2`,
    }));
    const { calls, caches } = await askCounted(held);
    expect(calls).toMatchObject({ d1: 1, object: 0 });
    expect(caches.map(({ version }) => version)).toEqual([2, 2]);
  });

  it('and that nobody has is answered in full, as by a read', async () => {
    const { sources, items } = await known(1);
    const etag = `${keyOf(sources[0] as Source).slice(0, 16)}-v9`;
    const { calls, caches } = await askCounted(items.map((item) => ({ ...item, etag })));
    expect(calls).toMatchObject({ d1: 1, object: 1 });
    expect(caches).toMatchObject([{ status: 200, content_version: 'v1' }]);
    const { caches: again } = await syncOf(alice, items);
    expect(again).toMatchObject([{ status: 200, content_version: 'v1' }]);
  });
});
