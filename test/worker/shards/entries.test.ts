/** ENTRY_SHARDS: entries over several databases, while their number changes too. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashOfKey, shardOf } from '../../../src/core/shards.ts';
import type { Entry } from '../../../src/ports/entry.ts';
import type { Entries, EntryFilter } from '../../../src/ports/stores.ts';
import { entriesIn } from '../../../src/stores/databases.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { recordingDatabase } from '../../support/database.ts';
import { sampleEntry, sampleLoaded, unique } from '../../support/entries.ts';
import { databases, followedBy, GROWTH, Rollout, rowsIn, under } from '../../support/shards.ts';

const HOUR = 3_600_000;
const of = (now: number, before = now) => entriesIn(env, { now, before });
const homeOf = (key: string) => shardOf(hashOfKey(key), 3);
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);

/** The row of a first load, below all others. */
function announced(entry: Entry): Entry {
  return { ...entry, revision: 0, loaded: null, chain: [] };
}

beforeEach(async () => {
  for (const db of databases) await db.batch([db.prepare('DELETE FROM entries'), db.prepare('DELETE FROM walks')]);
});

/** Entries of one resource in order of key, some for each database. */
function sampleEntries(count = 12): Entry[] {
  const resource = unique('sharded');
  const all = Array.from({ length: count }, () => sampleEntry({ resource })).sort(byKey);
  return new Set(all.map(({ key }) => homeOf(key))).size === 3 ? all : sampleEntries(count);
}
/** One whose place changes. */
function movingEntry(more: Partial<Entry> = {}): Entry {
  const entry = sampleEntry(more);
  return homeOf(entry.key) === 0 ? movingEntry(more) : entry;
}
async function putAll(entries: Entries, all: readonly Entry[]): Promise<void> {
  for (const entry of all) await entries.put(entry);
}
async function pagesOf(entries: Entries, filter: EntryFilter, limit: number): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<Entries['list']>> = await entries.list(filter, after, limit, 0);
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    found.push(...page.entries);
    if (page.next === null) return found;
    after = page.next;
  }
}
const keysIn = async () =>
  (await rowsIn<{ key: string }>('SELECT key FROM entries ORDER BY key')).map((rows) => rows.map(({ key }) => key));
const atHome = (all: readonly Entry[]) =>
  [0, 1, 2].map((shard) => all.map(({ key }) => key).filter((key) => homeOf(key) === shard));
const revisions = (all: readonly Entry[]) => all.map(({ key, revision }) => [key, revision]);

describe('three databases', () => {
  it('have each a part of the keys, and every call finds all', async () => {
    const all = sampleEntries();
    const [resource = ''] = all.map((entry) => entry.resource);
    await putAll(of(3), all);
    expect(await keysIn()).toEqual(atHome(all));
    const entries = of(3);
    for (const limit of [1, 5, 12, 100])
      expect(revisions(await pagesOf(entries, { resource }, limit))).toEqual(revisions(all));
    expect(await entries.count(resource)).toBe(12);
    const { entries: found } = await entries.findAll([...all.map(({ key }) => key), 'none']);
    expect(found.map(({ key }) => key).sort()).toEqual(all.map(({ key }) => key));
    for (const entry of all) expect((await entries.read(entry.key, resource)).entry).toEqual(entry);
    const asked = [...all.map(({ key }) => ({ key, resource })), { key: 'none', resource }];
    const { db: counting, statements } = recordingDatabase(env.DB);
    const read = await entriesIn({ ...env, DB: counting }, { now: 3, before: 3 }).readAll(asked, false);
    expect(statements).toHaveLength(1);
    expect(read.get('none')).toEqual({ entry: null, mark: null, isCut: false });
    for (const entry of all) expect(read.get(entry.key)?.entry).toEqual(entry);
    await entries.touch(all.map(({ key }) => ({ key, hour: HOUR })));
    for (const { key } of all) expect((await entries.find(key))?.readAt).toBe(HOUR);
    expect((await entries.walkUnread(HOUR + 1, 300)).map(({ key }) => key).sort()).toEqual(all.map(({ key }) => key));
  });

  it('continue behind the page that ends first', async () => {
    const all = sampleEntries(30);
    const wanted = all.filter((_entry, at) => at % 7 === 0).map((entry) => ({ ...entry, revision: 2, loaded: null }));
    await putAll(of(3), all);
    await putAll(of(3), wanted);
    const filter = { resource: all[0]?.resource ?? '', state: 'stale' } as const;
    for (const limit of [1, 2, 100]) expect(revisions(await pagesOf(of(3), filter, limit))).toEqual(revisions(wanted));
  });

  it('go on together where one has looked at as many rows as a page may', async () => {
    const resource = unique('many');
    await env.DB_1?.prepare(
      `INSERT INTO entries (key, resource, parameters, number, revision, document, chain)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
      SELECT 'a' || printf('%06d', i), ?1, '{}', 1, 1, '{"loaded":null,"retryAt":null,"lastTaskId":null}', '[]' FROM n`,
    )
      .bind(resource)
      .run();
    const [first, second] = ['b', 'c'].map((key) => ({ ...sampleEntry({ resource }), key }));
    await putAll(d1Entries(databases[1] ?? env.DB), first === undefined ? [] : [first]);
    await putAll(d1Entries(env.DB), second === undefined ? [] : [second]);
    expect((await pagesOf(of(3), { resource, state: 'fresh' }, 10)).map(({ key }) => key)).toEqual(['b', 'c']);
  });
});

describe('while entries lie in an old place yet', () => {
  it('each is found there, and moves when it is written, with when it was read', async () => {
    const [first, ...others] = [movingEntry(), ...sampleEntries()] as [Entry, ...Entry[]];
    await putAll(of(1), [first, ...others]);
    await of(1).touch([{ key: first.key, hour: HOUR }]);
    const entries = of(3, 1);
    expect((await entries.read(first.key, first.resource)).entry).toEqual(first);
    expect(await entries.find(first.key)).toEqual({ ...first, readAt: HOUR });
    const { key, resource } = first;
    expect((await entries.readAll([{ key, resource }], false)).get(key)?.entry).toEqual(first);
    expect((await pagesOf(entries, {}, 5)).length).toBe(13);
    await entries.touch([{ key: first.key, hour: 2 * HOUR }]);

    await entries.put({ ...first, revision: 2 });
    expect((await keysIn())[homeOf(first.key)]).toEqual([first.key]);
    expect((await keysIn())[0]).not.toContain(first.key);
    expect(await entries.find(first.key)).toEqual({ ...first, revision: 2, readAt: 2 * HOUR });
    expect((await pagesOf(entries, {}, 5)).length).toBe(13);
  });

  it('a first row does not come before one that lies there', async () => {
    const entry = movingEntry({ revision: 5 });
    await of(1).put(entry);
    expect(await of(3, 1).put(announced(entry))).toMatchObject({ revision: 5 });
    expect((await of(3, 1).read(entry.key, entry.resource)).entry).toEqual(entry);
  });

  it('one written late to the old place is found before an older one at home', async () => {
    const entry = movingEntry({ revision: 5 });
    await of(3).put({ ...entry, revision: 4 });
    await of(1).put(entry);
    const entries = of(3, 1);
    expect((await entries.read(entry.key, entry.resource)).entry?.revision).toBe(5);
    expect((await entries.find(entry.key))?.revision).toBe(5);
    await entries.moveStrays?.();
    expect((await of(3).find(entry.key))?.revision).toBe(5);
  });

  it('a late write to the old place puts nothing back', async () => {
    const entry = movingEntry({ revision: 5 });
    await of(3, 1).put({ ...entry, revision: 6, loaded: null, chain: [] });
    await of(1).put(entry);
    const entries = of(3, 1);
    expect((await entries.find(entry.key))?.revision).toBe(6);
    expect(revisions(await pagesOf(entries, {}, 5))).toEqual([[entry.key, 6]]);
    expect((await entries.findAll([entry.key])).entries.map(({ revision }) => revision)).toEqual([6]);
    await entries.moveStrays?.();
    expect((await of(3).find(entry.key))?.loaded).toBeNull();
    expect((await keysIn())[0]).toEqual([]);
  });

  it('the walk moves them', async () => {
    const all = sampleEntries(150);
    await putAll(of(1), all);
    await of(3, 1).moveStrays?.();
    expect(await keysIn()).toEqual(atHome(all));
    expect(revisions(await pagesOf(of(3), {}, 100))).toEqual(revisions(all));
  });

  it('those of a resource that is gone are removed from both places', async () => {
    const purged = { ...movingEntry(), loaded: null };
    await of(1).put(purged);
    await d1Entries(databases[homeOf(purged.key)] ?? env.DB).put(purged);
    await of(3, 1).remove([purged.key]);
    expect((await keysIn()).flat()).toEqual([]);
  });

  it.each([
    [3, 1],
    [1, 3],
  ])('a look that is under way while they move finds each (%s, before %s)', async (now, before) => {
    const entry = movingEntry();
    const calls: ((entries: Entries) => Promise<{ revision: number } | null | undefined>)[] = [
      async (entries) => (await entries.read(entry.key, entry.resource)).entry,
      (entries) => entries.find(entry.key),
      async (entries) => (await entries.findAll([entry.key])).entries[0],
      async (entries) => (await entries.list({ resource: entry.resource }, null, 10, 0)).entries[0],
    ];
    for (const call of calls) {
      for (const db of databases) await db.prepare('DELETE FROM entries').run();
      await of(before).put(entry);
      const bindings = followedBy(async () => of(now, before).moveStrays?.());
      expect(await call(entriesIn(bindings, { now, before }))).toMatchObject({ revision: 1 });
      expect((await of(now).find(entry.key))?.revision).toBe(1);
    }
  });
});

it('lets no version go back and no entry get lost while one database becomes three under load', async () => {
  const rollout = new Rollout<Entries>((shards) => entriesIn(env, shards), GROWTH);
  const all = sampleEntries(9);
  const [{ resource } = { resource: '' }] = all;
  /** Revision that D1 has taken of each key. */
  const taken = new Map<string, number>();
  /** Keys that are being written: an object does one thing after another. */
  const busy = new Set<string>();
  let [written, read] = [0, 0];

  /** Plays the objects. */
  const writer = (number: number) => async () => {
    written += 1;
    const entry = all[(written * 2 + number) % all.length] ?? all[0];
    if (entry === undefined || busy.has(entry.key))
      return rollout.do(async (store) => void (await store.count(resource)));
    busy.add(entry.key);
    const revision = (taken.get(entry.key) ?? 0) + 1;
    await rollout.do((store) => store.put({ ...entry, revision, loaded: sampleLoaded(revision) }));
    taken.set(entry.key, revision);
    busy.delete(entry.key);
  };
  /** What consumers do beside: it may never come before what the objects wrote. */
  const announcer = async () => {
    const entry = all[written % all.length];
    if (entry !== undefined) await rollout.do((store) => store.put(announced(entry)));
  };
  /** `mayMiss`: an object under the setting before may be moving an entry back (docs/operations.md). */
  const expectAll = (found: readonly Entry[], before: ReadonlyMap<string, number>, mayMiss = false) => {
    const seen = new Map(found.map(({ key, revision }) => [key, revision]));
    expect(seen.size).toBe(found.length);
    for (const [key, revision] of before) {
      if (seen.has(key) || !mayMiss) expect(seen.get(key) ?? -1).toBeGreaterThanOrEqual(revision);
    }
  };
  const lister = async () => {
    const before = new Map(taken);
    const { result: found, wasMixed } = await rollout.watch(() =>
      rollout.do((store) => pagesOf(store, { resource }, 4)),
    );
    expect(found).toEqual(found.toSorted(byKey));
    expectAll(found, before, wasMixed);
    read += 1;
  };
  const looker = async () => {
    const before = new Map(taken);
    const keys = [...before.keys(), 'none'];
    const looked = keys.map((key) => rollout.do((store) => store.read(key, resource)));
    expectAll(
      (await Promise.all(looked)).flatMap(({ entry }) => entry ?? []),
      before,
    );
    const { result: found, wasMixed } = await rollout.watch(() =>
      rollout.do(async (store) => (await store.findAll(keys)).entries),
    );
    expectAll(found, before, wasMixed);
    read += 1;
  };
  const some = async (isOver: () => boolean) => {
    const [writes, reads] = [written + 4, read + 4];
    while (!isOver() && (written < writes || read < reads)) {
      await rollout.do(async (store) => {
        await store.moveStrays?.();
        await store.find('none');
      });
    }
  };

  await under([writer(0), writer(1), announcer, lister, looker], async (isOver) => {
    await some(isOver);
    for (const shards of GROWTH.slice(1)) {
      rollout.deploy(shards);
      await some(isOver);
      await rollout.finish();
      await some(isOver);
    }
  });
  const left = await pagesOf(of(3), { resource }, 100);
  expect(new Map(left.filter(({ revision }) => revision > 0).map(({ key, revision }) => [key, revision]))).toEqual(
    taken,
  );
  const [first = []] = await keysIn();
  expect(first.filter((key) => homeOf(key) !== 0)).toEqual([]);
});
