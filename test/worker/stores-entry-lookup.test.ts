import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/ports/entry.ts';
import type { Entries, EntryLookup } from '../../src/ports/stores.ts';
import { type EdgeCache, edgeCache } from '../../src/stores/edge-cache.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { type EntryLookupOptions, entryLookup } from '../../src/stores/entry-lookup.ts';
import { KnownEntries } from '../../src/stores/known-entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { sampleEntry, sampleLoaded } from '../support/entries.ts';
import { inAnotherIsolate } from '../support/isolate.ts';
import { sampleResource } from '../support/resources.ts';

const stored = d1Entries(env.DB);
const SECOND = 1000;
/** What a workers.dev host gives. */
const keepsNothing: EdgeCache = { match: async () => null, put: async () => undefined };

interface Bench {
  lookup: EntryLookup;
  /** The same location's other isolate. */
  other: () => Promise<EntryLookup>;
  reads: () => number;
  settled: () => Promise<unknown>;
  /** Lets time pass, ms. */
  pass: (ms: number) => void;
  /** What reading D1 does instead; null: what it does. */
  d1: { read: Entries['read'] | null };
}

function bench({
  entryCacheMs = SECOND,
  timeoutMs = 2 * SECOND,
  edge = edgeCache('http://freshet.test/'),
  known,
}: Partial<Pick<EntryLookupOptions, 'entryCacheMs' | 'timeoutMs' | 'known'>> & { edge?: EdgeCache } = {}): Bench {
  const work: Promise<unknown>[] = [];
  const d1: Bench['d1'] = { read: null };
  let now = Date.now();
  let reads = 0;
  const counting: Entries = {
    ...stored,
    read(...args) {
      reads += 1;
      return (d1.read ?? stored.read)(...args);
    },
  };
  const options = {
    entryCacheMs,
    timeoutMs,
    ...(known === undefined ? {} : { known }),
    now: () => now,
    waitUntil: (promise: Promise<unknown>) => work.push(promise),
  };
  return {
    lookup: entryLookup(counting, edge, options),
    async other() {
      const module = await inAnotherIsolate(() => import('../../src/stores/entry-lookup.ts'));
      return module.entryLookup(counting, edge, options);
    },
    reads: () => reads,
    settled: () => Promise.all(work.splice(0)),
    pass: (ms) => {
      now += ms;
    },
    d1,
  };
}
const stalled: Entries['read'] = () => new Promise(() => undefined);
const failing: Entries['read'] = () => Promise.reject(new Error('D1 is down'));
const next = (entry: Entry, revision = entry.revision + 1): Entry => ({
  ...entry,
  revision,
  loaded: sampleLoaded(revision),
});
async function herd(lookup: EntryLookup, { key, resource }: Entry) {
  return Promise.all(Array.from({ length: 50 }, () => lookup.find(key, resource)));
}

describe('a look-up', () => {
  it('gives what D1 has, with the mark of the resource, and who fetched it', async () => {
    const { lookup, settled } = bench();
    const entry = sampleEntry();
    const mark = { number: 5, purged: 5, deleted: false };
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, null, 5);
    await stored.put(entry);
    expect(await lookup.find(entry.key, entry.resource)).toEqual({ entry, mark, fetched: true });
    await settled();
    expect(await lookup.find(entry.key, entry.resource)).toEqual({ entry, mark, fetched: false });
  });

  it('keeps that there is none', async () => {
    const { lookup, settled, reads } = bench();
    const { key, resource } = sampleEntry();
    expect(await lookup.find(key, resource)).toEqual({ entry: null, mark: null, fetched: true });
    await settled();
    expect(await lookup.find(key, resource)).toEqual({ entry: null, mark: null, fetched: false });
    expect(reads()).toBe(1);
  });

  it('is current for ENTRY_CACHE_MS, in every isolate of the location', async () => {
    const { lookup, other, settled, reads, pass } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await stored.put(next(entry));
    pass(SECOND - 1);
    const neighbour = await other();
    expect(await neighbour.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
    expect(reads()).toBe(1);
    pass(1);
    expect(await neighbour.find(entry.key, entry.resource)).toMatchObject({ entry: next(entry), fetched: true });
  });

  it('asks D1 every time with ENTRY_CACHE_MS=0', async () => {
    const { lookup, settled, reads } = bench({ entryCacheMs: 0 });
    const entry = sampleEntry();
    await stored.put(entry);
    for (let request = 0; request < 3; request++) {
      expect((await lookup.find(entry.key, entry.resource)).fetched).toBe(true);
      await settled();
    }
    expect(reads()).toBe(3);
  });

  it('asks D1 every time where the edge cache keeps nothing, for another isolate may know better', async () => {
    const { lookup, settled, reads } = bench({ edge: keepsNothing });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await stored.put(next(entry));
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry: next(entry), fetched: true });
    expect(reads()).toBe(2);
  });
});

describe('a herd of fifty', () => {
  it.each([
    ['an edge cache', edgeCache('http://freshet.test/')],
    ['an edge cache that keeps nothing', keepsNothing],
  ])('costs one D1 read when nothing is known, with %s', async (_name, edge) => {
    const { lookup, reads } = bench({ edge });
    const entry = sampleEntry();
    await stored.put(entry);
    const found = await herd(lookup, entry);
    expect(reads()).toBe(1);
    expect(found.every((looked) => looked.entry?.revision === 1)).toBe(true);
    expect(found.filter((looked) => looked.fetched)).toHaveLength(1);
  });

  it('costs one D1 read when the copy has run out, and the others need not wait', async () => {
    const { lookup, settled, reads, pass, d1 } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    pass(SECOND);
    const gate = Promise.withResolvers<void>();
    d1.read = async (...args) => {
      await gate.promise;
      return stored.read(...args);
    };
    const asker = lookup.find(entry.key, entry.resource);
    const others = await herd(lookup, entry);
    expect(others.every((looked) => !looked.fetched && looked.entry?.revision === 1)).toBe(true);
    gate.resolve();
    expect((await asker).fetched).toBe(true);
    expect(reads()).toBe(2);
  });

  it('finds the copy put back as current in the other isolates, too', async () => {
    const { lookup, other, settled, reads, pass, d1 } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    pass(SECOND);
    const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    d1.read = async (...args) => {
      asked.resolve();
      await gate.promise;
      return stored.read(...args);
    };
    const asker = lookup.find(entry.key, entry.resource);
    await asked.promise;
    const neighbour = await other();
    expect(await neighbour.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
    gate.resolve();
    await asker;
    expect(reads()).toBe(2);
  });

  it('asks again when the request that asked never answers', async () => {
    const { lookup, reads, pass, d1 } = bench({ timeoutMs: 10_000 });
    const entry = sampleEntry();
    await stored.put(entry);
    const asked = Promise.withResolvers<void>();
    d1.read = (...args) => {
      asked.resolve();
      return stalled(...args);
    };
    void lookup.find(entry.key, entry.resource).catch(() => undefined);
    await asked.promise;
    d1.read = null;
    pass(10_500);
    const found = await herd(lookup, entry);
    expect(found.filter((looked) => looked.fetched)).toHaveLength(1);
    expect(reads()).toBe(2);
  });

  it('is refused together when nothing is known and D1 fails', async () => {
    const { lookup, reads, d1 } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    d1.read = failing;
    const refused = await Promise.allSettled(Array.from({ length: 50 }, () => lookup.find(entry.key, entry.resource)));
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
    expect(reads()).toBe(1);
    d1.read = null;
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: true });
  });
});

describe('a D1 that does not answer', () => {
  it.each([
    ['stalls', stalled],
    ['fails', failing],
  ])('leaves the last known when it %s', async (_name, read) => {
    const { lookup, settled, pass, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    d1.read = read;
    pass(60 * SECOND);
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
  });

  it.each([
    ['stalls', stalled],
    ['fails', failing],
  ])('is a 503 when it %s and nothing is known', async (_name, read) => {
    const { lookup, d1 } = bench({ timeoutMs: 20 });
    const { key, resource } = sampleEntry();
    d1.read = read;
    await expect(lookup.find(key, resource)).rejects.toMatchObject({
      code: 'overloaded',
      headers: { 'Retry-After': '1' },
    });
  });

  it.each([
    ['an edge cache', edgeCache('http://freshet.test/')],
    ['an edge cache that keeps nothing', keepsNothing],
  ])(
    'leaves what was last known for an hour after D1 told it, however often it is asked for, with %s',
    async (_name, edge) => {
      const { lookup, other, settled, pass, d1 } = bench({ edge, timeoutMs: 20 });
      const entry = sampleEntry();
      await stored.put(entry);
      await lookup.find(entry.key, entry.resource);
      await settled();
      d1.read = failing;
      for (let minutes = 6; minutes < 60; minutes += 6) {
        pass(360 * SECOND);
        expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
        await settled();
      }
      pass(360 * SECOND);
      await expect(lookup.find(entry.key, entry.resource)).rejects.toMatchObject({
        code: 'overloaded',
        headers: { 'Retry-After': '1' },
      });
      await expect(lookup.glance(entry.key, entry.resource)).rejects.toMatchObject({ code: 'overloaded' });
      await expect((await other()).find(entry.key, entry.resource)).rejects.toMatchObject({ code: 'overloaded' });
      d1.read = null;
      expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: true });
    },
  );

  it('leaves an hour from what the object answered, too', async () => {
    const { lookup, pass, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    d1.read = failing;
    await lookup.put(entry);
    pass(3599 * SECOND);
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
    pass(SECOND);
    await expect(lookup.find(entry.key, entry.resource)).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('is asked once an ENTRY_CACHE_MS by those who wait, also where the edge cache keeps nothing', async () => {
    const { lookup, settled, pass, reads, d1 } = bench({ edge: keepsNothing, timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.glance(entry.key, entry.resource);
    await settled();
    d1.read = failing;
    for (let second = 0; second < 3; second += 1) {
      pass(SECOND);
      for (let looks = 0; looks < 5; looks += 1) await lookup.glance(entry.key, entry.resource);
    }
    expect(reads()).toBe(1 + 3);
  });

  it('serves the next request with an answer that came too late', async () => {
    const { lookup, settled, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    const gate = Promise.withResolvers<void>();
    d1.read = async (...args) => {
      await gate.promise;
      return stored.read(...args);
    };
    await expect(lookup.find(entry.key, entry.resource)).rejects.toMatchObject({ code: 'overloaded' });
    gate.resolve();
    await settled();
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
  });
});

describe('entries are ordered by revision', () => {
  it('knows an answer of the object at once, in the other isolates too, with the last known mark', async () => {
    const { lookup, other, settled, reads } = bench();
    const entry = sampleEntry();
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, null, 5);
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await lookup.put(next(entry));
    const expected = { entry: next(entry), mark: { number: 5, purged: 5, deleted: false }, fetched: false };
    expect(await lookup.find(entry.key, entry.resource)).toEqual(expected);
    expect(await (await other()).find(entry.key, entry.resource)).toEqual(expected);
    expect(reads()).toBe(1);
  });

  it('knows an answer of the object for a key that it never looked up', async () => {
    const { lookup } = bench();
    const entry = sampleEntry();
    await lookup.put(entry);
    expect(await lookup.find(entry.key, entry.resource)).toEqual({ entry, mark: null, fetched: false });
  });

  it('reads what another isolate put to the edge, also where it remembers an older copy', async () => {
    const { lookup, other, settled } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    const neighbour = await other();
    await neighbour.put(next(entry));
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry: next(entry), fetched: false });
    await lookup.put(next(entry, entry.revision + 2));
    expect((await neighbour.find(entry.key, entry.resource)).entry?.revision).toBe(entry.revision + 2);
  });

  it('puts no lower one over a higher one', async () => {
    const { lookup, other } = bench();
    const entry = sampleEntry({ revision: 5 });
    await lookup.put(entry);
    await lookup.put(next(entry, 4));
    const neighbour = await other();
    await neighbour.put(next(entry, 3));
    expect((await lookup.find(entry.key, entry.resource)).entry?.revision).toBe(5);
    expect((await neighbour.find(entry.key, entry.resource)).entry?.revision).toBe(5);
  });

  it.each([
    ['has an older one', (entry: Entry) => stored.put(next(entry, 1))],
    ['has none', async () => undefined],
  ])('uses no lower one when D1 %s', async (_name, prepare) => {
    const { lookup, pass, settled } = bench();
    const entry = sampleEntry({ revision: 5 });
    await prepare(entry);
    await lookup.put(entry);
    pass(SECOND);
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: true });
    await settled();
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
  });

  it('takes the mark that D1 told last, even one that went back', async () => {
    const { lookup, settled, pass } = bench();
    const entry = sampleEntry();
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, null, 9);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await env.DB.prepare('UPDATE resources SET number = 7, purged = 7 WHERE title = ?1').bind(entry.resource).run();
    pass(SECOND);
    expect((await lookup.find(entry.key, entry.resource)).mark).toEqual({ number: 7, purged: 7, deleted: false });
  });

  it('keeps the mark of the newer question when the answer to an older one comes late', async () => {
    const { lookup, settled, pass, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, null, 5);
    const gate = Promise.withResolvers<void>();
    d1.read = async (...args) => {
      const read = await stored.read(...args);
      await gate.promise;
      return read;
    };
    await expect(lookup.find(entry.key, entry.resource)).rejects.toMatchObject({ code: 'overloaded' });
    pass(3 * SECOND);
    d1.read = null;
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, 5, 9);
    const mark = (await lookup.find(entry.key, entry.resource)).mark;
    expect(mark).toMatchObject({ number: 9 });
    gate.resolve();
    await settled();
    expect((await lookup.glance(entry.key, entry.resource)).mark).toEqual(mark);
  });

  it('asks for the mark once an ENTRY_CACHE_MS, however often the object answers', async () => {
    const { lookup, settled, reads, pass } = bench();
    const entry = sampleEntry();
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, null, 5);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await d1Resources(env.DB).put(entry.resource, sampleResource(), true, 5, 9);
    for (let answers = 1; answers <= 2; answers += 1) {
      pass(SECOND / 2);
      await lookup.put(next(entry, answers));
    }
    const expected = { entry: { revision: 2 }, mark: { number: 9 }, fetched: true };
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject(expected);
    expect(reads()).toBe(2);
  });
});

describe('the newest', () => {
  it('is asked of D1 although the copy is current, and is then known here', async () => {
    const { lookup, settled } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await stored.put(next(entry));
    expect(await lookup.findNewest(entry.key, entry.resource)).toMatchObject({ entry: next(entry), fetched: true });
    await settled();
    expect(await lookup.find(entry.key, entry.resource)).toMatchObject({ entry: next(entry), fetched: false });
  });

  it('is the last known when D1 stalls', async () => {
    const { lookup, settled, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    d1.read = stalled;
    expect(await lookup.findNewest(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
  });
});

it('tells the other waiters of a task while it may still run', () => {
  const { lookup, pass } = bench();
  const { key } = sampleEntry();
  expect(lookup.notedTask(key)).toBeNull();
  lookup.noteTask(key, { taskId: 'a task', isInRetry: false });
  expect(lookup.notedTask(key)).toEqual({ taskId: 'a task', isInRetry: false });
  pass(360 * SECOND);
  expect(lookup.notedTask(key)).toBeNull();
});

describe('a glance', () => {
  function countedEdge(): { edge: EdgeCache; matches: () => number } {
    const inner = edgeCache('http://freshet.test/');
    let matches = 0;
    const match: EdgeCache['match'] = (url) => {
      matches += 1;
      return inner.match(url);
    };
    return { edge: { ...inner, match }, matches: () => matches };
  }
  const glances = (lookup: EntryLookup, { key, resource }: Entry) =>
    Promise.all(Array.from({ length: 50 }, () => lookup.glance(key, resource)));

  it('asks neither the edge nor D1 while the copy in memory is current', async () => {
    const { edge, matches } = countedEdge();
    const { lookup, reads, settled } = bench({ edge });
    const entry = sampleEntry();
    await stored.put(entry);
    expect(await lookup.glance(entry.key, entry.resource)).toMatchObject({ entry, fetched: true });
    await settled();
    const before = matches();
    expect(await lookup.glance(entry.key, entry.resource)).toMatchObject({ entry, fetched: false });
    expect([matches() - before, reads()]).toEqual([0, 1]);
  });

  it('of many finds one new copy for all, once theirs has run out', async () => {
    const { lookup, reads, pass, settled } = bench();
    const entry = sampleEntry();
    await stored.put(entry);
    await glances(lookup, entry);
    await settled();
    await stored.put(next(entry));
    pass(SECOND);
    const looked = await glances(lookup, entry);
    expect(looked.filter(({ fetched }) => fetched)).toHaveLength(1);
    expect((await glances(lookup, entry)).map((found) => found.entry?.revision)).toEqual(
      Array.from({ length: 50 }, () => entry.revision + 1),
    );
    expect(reads()).toBe(2);
  });

  it('learns what another isolate put to the edge, without asking D1', async () => {
    const { edge, matches } = countedEdge();
    const { lookup, other, reads, pass, settled } = bench({ edge });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.glance(entry.key, entry.resource);
    await settled();
    await stored.put(next(entry));
    pass(SECOND);
    await (await other()).find(entry.key, entry.resource);
    await settled();
    const before = matches();
    await glances(lookup, entry);
    expect(matches() - before).toBe(1);
    expect(await lookup.glance(entry.key, entry.resource)).toMatchObject({ entry: { revision: entry.revision + 1 } });
    expect([matches() - before, reads()]).toEqual([1, 2]);
  });

  it('gives what is known while whoever is to find the new copy waits for a D1 that stalls', async () => {
    const { lookup, pass, settled, d1 } = bench({ timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.glance(entry.key, entry.resource);
    await settled();
    d1.read = stalled;
    pass(SECOND);
    expect((await glances(lookup, entry)).map((found) => found.entry?.revision)).toEqual(
      Array.from({ length: 50 }, () => entry.revision),
    );
  });
});

describe('a copy at the edge', () => {
  /** An edge cache that notes what is put into it. */
  function notedEdge() {
    const puts: { url: string; ttlS: number; etag: string }[] = [];
    const inner = edgeCache('http://freshet.test/');
    const put: EdgeCache['put'] = (url, body, ttlS, etag = '') => {
      puts.push({ url, ttlS, etag });
      return inner.put(url, body, ttlS, etag);
    };
    return { edge: { ...inner, put }, puts };
  }

  it.each([
    ['an entry', (entry: Entry) => stored.put(entry)],
    ['none', async () => undefined],
  ])('has an ETag as RFC 9110 has it, with %s', async (_name, prepare) => {
    const { edge, puts } = notedEdge();
    const { lookup, settled } = bench({ edge });
    const entry = sampleEntry();
    await prepare(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    await lookup.put(next(entry));
    expect(puts).toHaveLength(2);
    // etagc of section 8.8.3, without obs-text.
    for (const { etag } of puts) expect(etag).toMatch(/^"[\x21\x23-\x7E]+"$/);
    expect(new Set(puts.map(({ etag }) => etag)).size).toBe(2);
  });

  it('lies there for the hour in which it may be used, and no longer for being extended', async () => {
    const { edge, puts } = notedEdge();
    const { lookup, settled, pass, d1 } = bench({ edge, timeoutMs: 20 });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    d1.read = failing;
    pass(600 * SECOND);
    await lookup.find(entry.key, entry.resource);
    await settled();
    expect(puts.map(({ ttlS }) => ttlS)).toEqual([3600, 3000]);
  });

  it('is parsed once by an isolate that finds it again and again', async () => {
    const inner = edgeCache('http://freshet.test/');
    let parsed = 0;
    const match: EdgeCache['match'] = async (url) => {
      const found = await inner.match(url);
      if (found === null) return null;
      const json = found.json.bind(found);
      return Object.assign(found, {
        json: () => {
          parsed += 1;
          return json();
        },
      });
    };
    const { lookup, other, settled } = bench({ edge: { ...inner, match } });
    const entry = sampleEntry();
    await stored.put(entry);
    await lookup.find(entry.key, entry.resource);
    await settled();
    const neighbour = await other();
    for (let reads = 0; reads < 5; reads += 1) await neighbour.find(entry.key, entry.resource);
    for (let reads = 0; reads < 5; reads += 1) await lookup.find(entry.key, entry.resource);
    expect(parsed).toBe(1);
  });
});

it('keeps no more copies than their bytes allow, whatever is in their parameters', async () => {
  const { lookup, reads } = bench({ known: new KnownEntries(1024 * 1024), edge: keepsNothing });
  /** Whether the isolate knows it without asking. */
  const isKept = async ({ key, resource }: Entry) => {
    const before = reads();
    await lookup.glance(key, resource);
    return reads() === before;
  };
  const small = Array.from({ length: 50 }, () => sampleEntry());
  for (const entry of small) await lookup.put(entry);
  for (const entry of small) expect(await isKept(entry)).toBe(true);

  // Each is 50 KB of JSON, and takes 600 KB of memory.
  const rows = Array.from({ length: 5000 }, (_item, n) => [[n]]);
  const large = Array.from({ length: 2 }, () => sampleEntry({ parameters: { rows } }));
  for (const entry of large) await lookup.put(entry);
  for (const [at, kept] of [true, false].entries()) {
    const entry = large.at(-1 - at);
    expect(entry === undefined ? null : await isKept(entry)).toBe(kept);
  }
});

it('counts the warnings of a load as well', async () => {
  const { lookup, reads } = bench({ known: new KnownEntries(1024 * 1024), edge: keepsNothing });
  const warnings = ['x'.repeat(600_000)];
  const entries = Array.from({ length: 2 }, () => sampleEntry({ loaded: sampleLoaded(1, { warnings }) }));
  for (const entry of entries) await lookup.put(entry);
  for (const { key, resource } of entries.toReversed()) await lookup.glance(key, resource);
  expect(reads()).toBe(1);
});
