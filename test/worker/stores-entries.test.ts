import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { taskError } from '../../src/contract/problem.ts';
import type { Entry } from '../../src/ports/entry.ts';
import { namelessCache } from '../../src/ports/entry.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry, sampleLoaded, unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';

const entries = d1Entries(env.DB);

async function putAll(...all: Entry[]): Promise<void> {
  for (const entry of all) await entries.put(entry);
}
const byKey = (a: Entry, b: Entry) => (a.key < b.key ? -1 : 1);

describe('an entry in D1', () => {
  it('comes back as it was put', async () => {
    const entry = sampleEntry({
      owner: 'ada',
      chain: [
        { version: 1, fence: 3, deltaBytes: null, hash: null },
        { version: 2, fence: 5, deltaBytes: 77, hash: 'a'.repeat(64) },
      ],
      retryAt: 123,
      lastError: taskError('origin-timeout', 'no answer'),
      lastTaskId: crypto.randomUUID(),
    });
    await entries.put(entry);
    expect((await entries.read(entry.key, entry.resource)).entry).toEqual(entry);
    expect(await entries.find(entry.key)).toEqual({ ...entry, readAt: null });
    expect(await entries.findAll([entry.key, 'none'])).toEqual({
      entries: [{ ...entry, chain: [], readAt: null }],
      unread: [],
    });
  });

  it('comes back as it was put when nothing is loaded', async () => {
    const entry = sampleEntry({ loaded: null, retryAt: 9 });
    await entries.put(entry);
    expect((await entries.read(entry.key, entry.resource)).entry).toEqual(entry);
  });

  it('is not there when it was never put', async () => {
    expect(await entries.read('none', 'none')).toEqual({ entry: null, mark: null });
    expect(await entries.find('none')).toBeNull();
  });
});

describe('the revision orders writes', () => {
  it.each([
    ['a lower one that comes late', 4],
    ['the same one again', 5],
  ])('refuses %s', async (_name, revision) => {
    const newest = sampleEntry({ revision: 5 });
    await entries.put(newest);
    // Whoever writes is told what stands.
    expect(await entries.put({ ...newest, revision, loaded: sampleLoaded(1) })).toEqual(newest);
    expect((await entries.find(newest.key))?.loaded).toEqual(newest.loaded);
  });

  const counted = { version: 5, nextRowId: 9 };
  it.each([
    ['a lower version', { loaded: sampleLoaded(4), counted: { version: 4, nextRowId: 9 } }],
    ['none where one was loaded', { loaded: null, chain: [], counted: { version: 0, nextRowId: 1 } }],
    ['the same version of another load', { loaded: sampleLoaded(5, { fence: 77 }), counted }],
    [
      'the name of another cache',
      { resource: 'other', loaded: sampleLoaded(6), counted: { version: 6, nextRowId: 9 } },
    ],
  ])('refuses a higher one with %s, which its object cannot know of', async (_name, more) => {
    const standing = sampleEntry({ revision: 5, counted });
    await entries.put(standing);
    expect(await entries.put({ ...standing, revision: 6, ...more })).toEqual(standing);
    expect(await entries.find(standing.key)).toMatchObject(standing);
  });

  it('refuses a version that a purged entry counts already, and takes the next', async () => {
    const purged = sampleEntry({ revision: 5, loaded: null, counted });
    await entries.put(purged);
    const next = (version: number) => ({
      ...purged,
      revision: 6,
      loaded: sampleLoaded(version),
      counted: { version, nextRowId: 9 },
    });
    expect(await entries.put(next(4))).toEqual(purged);
    expect(await entries.put(next(6))).toEqual(next(6));
  });

  it('takes the name off an entry and gives it back, where that is asked for', async () => {
    const named = sampleEntry({ owner: unique('ann'), counted });
    await putAll(named);
    await entries.touch([{ key: named.key, hour: 3_600_000 }]);
    const nameless = { ...named, ...namelessCache(named.key), revision: 2, loaded: null, chain: [] };
    expect(await entries.put(nameless, true)).toEqual(nameless);
    expect(await entries.find(named.key)).toEqual({ ...nameless, readAt: null });
    expect((await entries.list({ owner: named.owner ?? '' }, null, 10, 0)).entries).toEqual([]);
    await entries.put({ ...named, revision: 3 }, true);
    expect(await entries.find(named.key)).toMatchObject({ ...named, revision: 3 });
  });

  it('takes a higher one, a purge too', async () => {
    const entry = sampleEntry({ revision: 5 });
    const purged = { ...entry, revision: 6, loaded: null, chain: [] };
    await putAll(entry, purged);
    expect((await entries.read(entry.key, entry.resource)).entry).toEqual(purged);
  });

  it('ends with the highest in whatever order they come', async () => {
    const entry = sampleEntry();
    const revisions = [3, 1, 5, 2, 5, 4].map((revision) => ({ ...entry, revision, loaded: sampleLoaded(revision) }));
    await Promise.all(revisions.map((revision) => entries.put(revision)));
    expect((await entries.find(entry.key))?.loaded?.version).toBe(5);
  });
});

describe('rows written', () => {
  it('costs one row to put a new revision, of a private cache too; the first has two indexes and a count', async () => {
    const { db, metas } = recordingDatabase(env.DB);
    const entry = sampleEntry({ owner: 'ada' });
    await d1Entries(db).put(entry);
    await d1Entries(db).put({ ...entry, revision: 2, number: 101, loaded: sampleLoaded(2), retryAt: 5 });
    await d1Entries(db).put(entry);
    expect(metas.map((meta) => meta.rows_written)).toEqual([4, 1, 0, 0]);
  });

  it('costs one row to note a read, and none a second time in the hour', async () => {
    const { db, metas } = recordingDatabase(env.DB);
    const entry = sampleEntry();
    await entries.put(entry);
    for (const hour of [7_200_000, 7_200_000, 3_600_000]) await d1Entries(db).touch([{ key: entry.key, hour }]);
    expect(metas.map((meta) => meta.rows_written)).toEqual([1, 0, 0]);
    expect((await entries.find(entry.key))?.readAt).toBe(7_200_000);
  });

  it('keeps when it was read over a new revision', async () => {
    const entry = sampleEntry();
    await entries.put(entry);
    await entries.touch([
      { key: entry.key, hour: 3_600_000 },
      { key: 'unknown', hour: 3_600_000 },
    ]);
    await entries.put({ ...entry, revision: 2 });
    expect(await entries.find(entry.key)).toMatchObject({ revision: 2, readAt: 3_600_000 });
  });
});

describe('several entries', () => {
  it('are found in one batch for one row each, however many', async () => {
    const all = Array.from({ length: 250 }, () => sampleEntry());
    await putAll(...all);
    const { db, statements, metas } = recordingDatabase(env.DB);
    const { entries: found } = await d1Entries(db).findAll(all.map(({ key }) => key));
    expect(found.map(({ key }) => key)).toEqual(all.map(({ key }) => key));
    expect(statements.map(({ values }) => values.length)).toEqual([100, 100, 50]);
    expect(metas.map((meta) => meta.rows_read)).toEqual([100, 100, 50]);
  });
});

describe('the mark of the resource', () => {
  const resources = d1Resources(env.DB);

  it('comes with the entry in one statement', async () => {
    const title = unique('marked');
    const entry = sampleEntry({ resource: title });
    await resources.put(title, sampleResource(), true, null, 1000);
    await entries.put(entry);
    const { db, statements } = recordingDatabase(env.DB);
    expect(await d1Entries(db).read(entry.key, title)).toEqual({
      entry,
      mark: { number: 1000, purged: 1000, deleted: false },
    });
    expect(statements).toHaveLength(1);
  });

  it('comes without an entry', async () => {
    const title = unique('marked');
    await resources.put(title, sampleResource(), true, null, 1000);
    expect(await entries.read('none', title)).toEqual({
      entry: null,
      mark: { number: 1000, purged: 1000, deleted: false },
    });
  });

  it('reports a purge and a deletion', async () => {
    const title = unique('marked');
    await resources.put(title, sampleResource(), true, null, 1000);
    await resources.expireAll(title, false, 2000);
    expect((await entries.read('none', title)).mark).toEqual({ number: 2000, purged: 2000, deleted: false });
    await resources.remove(title, null, 2000);
    expect((await entries.read('none', title)).mark).toEqual({ number: 2001, purged: 2001, deleted: true });
  });
});

describe('the list of entries', () => {
  it('gives pages in order of key', async () => {
    const resource = unique('listed');
    const all = Array.from({ length: 5 }, () => sampleEntry({ resource })).sort(byKey);
    await putAll(...all);
    const first = await entries.list({ resource }, null, 3, 0);
    expect(first.entries.map((entry) => entry.key)).toEqual(all.slice(0, 3).map((entry) => entry.key));
    expect(first.next).toBe(all[2]?.key);
    const second = await entries.list({ resource }, first.next, 3, 0);
    expect(second.entries.map((entry) => entry.key)).toEqual(all.slice(3).map((entry) => entry.key));
    expect(second.next).toBeNull();
  });

  it('leaves the chain out', async () => {
    const entry = sampleEntry();
    await entries.put(entry);
    const { entries: listed } = await entries.list({ resource: entry.resource }, null, 1, 0);
    expect(listed).toEqual([{ ...entry, chain: [], readAt: null }]);
  });

  it.each([
    ['fresh', ['fresh', 'failing']],
    ['stale', ['expired', 'purged']],
    ['failing', ['failing']],
  ] as const)('finds the %s', async (state, expected) => {
    const resource = unique('states');
    const caches = {
      fresh: sampleEntry({ resource, loaded: sampleLoaded(1, { expiresAt: 1001 }) }),
      expired: sampleEntry({ resource, loaded: sampleLoaded(1, { expiresAt: 1000 }) }),
      purged: sampleEntry({ resource, loaded: null }),
      failing: sampleEntry({
        resource,
        loaded: sampleLoaded(1, { expiresAt: 1001 }),
        lastError: taskError('origin-status', '500'),
      }),
    };
    await putAll(...Object.values(caches));
    const { entries: found } = await entries.list({ resource, state }, null, 10, 1000);
    expect(found.map((entry) => entry.key)).toEqual(expected.map((name) => caches[name].key).sort());
  });

  it('finds what a sweep has still to purge', async () => {
    const resource = unique('sweep');
    const old = sampleEntry({ resource, number: 9 });
    const purged = sampleEntry({ resource, number: 9, loaded: null });
    const loadedSince = sampleEntry({ resource, number: 10 });
    await putAll(old, purged, loadedSince);
    const { entries: found } = await entries.list({ resource, numberBelow: 10 }, null, 10, 0);
    expect(found.map((entry) => entry.key)).toEqual([old.key]);
  });

  it('finds the caches of an owner, of one resource too', async () => {
    const owner = unique('owner');
    const mine = [sampleEntry({ owner }), sampleEntry({ owner })].sort(byKey);
    await putAll(...mine, sampleEntry({ owner: unique('other') }), sampleEntry());
    const keys = async (resource?: string) =>
      (await entries.list({ owner, ...(resource === undefined ? {} : { resource }) }, null, 10, 0)).entries.map(
        (entry) => entry.key,
      );
    expect(await keys()).toEqual(mine.map((entry) => entry.key));
    expect(await keys(mine[0]?.resource)).toEqual([mine[0]?.key]);
  });

  it('looks at ten thousand rows a page at most, and continues behind them', async () => {
    const resource = unique('many');
    await env.DB.prepare(
      `INSERT INTO entries (key, resource, parameters, number, revision, document, chain)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
      SELECT ?1 || printf('%06d', i), ?1, '{}', 1, 1, '{"loaded":null,"retryAt":null,"lastTaskId":null}', '[]' FROM n`,
    )
      .bind(resource)
      .run();
    const last = sampleEntry({ resource });
    await entries.put({ ...last, key: `${resource}zzz` });
    const first = await entries.list({ resource, state: 'fresh' }, null, 10, 0);
    expect(first).toEqual({ entries: [], next: `${resource}010000` });
    const second = await entries.list({ resource, state: 'fresh' }, first.next, 10, 0);
    expect(second.entries.map((entry) => entry.key)).toEqual([`${resource}zzz`]);
    expect(second.next).toBeNull();
  });

  it('reads no others to find the failing', async () => {
    const resource = unique('failing');
    const lastError = taskError('origin-status', '500');
    const failing = [sampleEntry({ resource, lastError }), sampleEntry({ resource, lastError })].sort(byKey);
    await putAll(...failing, ...Array.from({ length: 20 }, () => sampleEntry({ resource })));
    const { db, metas } = recordingDatabase(env.DB);
    const { entries: found } = await d1Entries(db).list({ resource, state: 'failing' }, null, 10, 0);
    expect(found.map(({ key }) => key)).toEqual(failing.map(({ key }) => key));
    expect(metas[0]?.rows_read).toBeLessThanOrEqual(found.length + 2);
    await putAll(...failing.map((entry) => ({ ...entry, revision: entry.revision + 1, lastError: null })));
    expect((await entries.list({ resource, state: 'failing' }, null, 10, 0)).entries).toEqual([]);
  });
});

describe('the count of the loaded caches of a resource', () => {
  it('follows loads, purges and removals, and is read from one row', async () => {
    const resource = unique('counted');
    const [first, second, empty] = [0, 1, 2].map(() => sampleEntry({ resource })) as [Entry, Entry, Entry];
    const next = (entry: Entry, loaded: Entry['loaded']) => ({ ...entry, revision: entry.revision + 1, loaded });
    expect(await entries.count(resource)).toBe(0);
    await putAll(first, second, { ...empty, loaded: null });
    expect(await entries.count(resource)).toBe(2);
    await putAll(next(first, sampleLoaded(2)), next(second, null), next(empty, sampleLoaded(1)));
    expect(await entries.count(resource)).toBe(2);
    await putAll(first, empty);
    expect(await entries.count(resource)).toBe(2);
    await entries.drop(await entries.rowsOf([empty.key]));
    const { db, metas } = recordingDatabase(env.DB);
    expect(await d1Entries(db).count(resource)).toBe(1);
    expect(metas.map((meta) => meta.rows_read)).toEqual([1]);
  });

  it('is of the resource that a cache belonged to, also when its user is forgotten and its name goes', async () => {
    const resource = unique('private');
    const [first, second] = [0, 1].map(() => sampleEntry({ resource, owner: 'ann' })) as [Entry, Entry];
    await putAll(first, second);
    const forgotten = { ...first, ...namelessCache(first.key), revision: first.revision + 1, loaded: null };
    await entries.put(forgotten, true);
    expect(await entries.count(resource)).toBe(1);
  });
});

describe('removing entries', () => {
  it('takes only those without a loaded version, of a resource that is gone', async () => {
    const resources = d1Resources(env.DB);
    const [gone, alive] = [unique('gone'), unique('alive')];
    await resources.put(alive, sampleResource(), true, null, 1);
    const empty = sampleEntry({ resource: gone, loaded: null });
    const loaded = sampleEntry({ resource: gone });
    const kept = sampleEntry({ resource: alive, loaded: null });
    await putAll(empty, loaded, kept);
    await entries.remove([empty.key, loaded.key, kept.key]);
    const { entries: left } = await entries.findAll([empty.key, loaded.key, kept.key]);
    expect(left.map(({ key }) => key).sort()).toEqual([loaded.key, kept.key].sort());
  });
});
