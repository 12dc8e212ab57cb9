/** DESIGN "Reading": look-ups of many keys for one request, in memory, at the edge and in D1. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Entry, Link } from '../../src/ports/entry.ts';
import type { Entries } from '../../src/ports/stores.ts';
import { type EdgeCache, edgeCache } from '../../src/stores/edge-cache.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { entryLookup } from '../../src/stores/entry-lookup.ts';
import { KnownEntries } from '../../src/stores/known-entries.ts';
import { sampleEntry, sampleLoaded } from '../support/entries.ts';

const stored = d1Entries(env.DB);
const SECOND = 1000;

/** A location: two isolates over one edge cache and D1, whose calls are counted. */
function location({ entryCacheMs = SECOND, timeoutMs = 2 * SECOND } = {}) {
  const work: Promise<unknown>[] = [];
  const calls = { all: 0, one: 0, match: 0, put: 0 };
  const d1: { readAll: Entries['readAll'] | null } = { readAll: null };
  let now = Date.now();
  const kept = edgeCache('http://freshet.test/');
  const edge: EdgeCache = {
    match(...args) {
      calls.match += 1;
      return kept.match(...args);
    },
    put(...args) {
      calls.put += 1;
      return kept.put(...args);
    },
  };
  const entries: Entries = {
    ...stored,
    read(...args) {
      calls.one += 1;
      return stored.read(...args);
    },
    readAll(...args) {
      calls.all += 1;
      return (d1.readAll ?? stored.readAll)(...args);
    },
  };
  const isolate = () =>
    entryLookup(entries, edge, {
      entryCacheMs,
      timeoutMs,
      known: new KnownEntries(),
      now: () => now,
      waitUntil: (promise) => work.push(promise),
    });
  return {
    lookup: isolate(),
    isolate,
    calls,
    d1,
    settled: () => Promise.all(work.splice(0)),
    pass: (ms: number) => {
      now += ms;
    },
  };
}
async function entriesOf(count: number, more: Partial<Entry> = {}): Promise<Entry[]> {
  const all = Array.from({ length: count }, () => sampleEntry(more));
  for (const entry of all) await stored.put(entry);
  return all;
}
const versions = (found: Map<string, { entry: Entry | null } | null>) =>
  [...found.values()].map((one) => one?.entry?.loaded?.version ?? null);
const next = (entry: Entry): Entry => ({ ...entry, revision: entry.revision + 1, loaded: sampleLoaded(2) });

describe('a look-up of many keys', () => {
  it('asks D1 once for all that nobody knows, and after one miss the edge no more', async () => {
    const { lookup, calls, settled } = location();
    const all = await entriesOf(20);
    const found = await lookup.findAll([...all, { key: 'none', resource: 'none' }]);
    await settled();
    expect(calls).toEqual({ all: 1, one: 0, match: 1, put: 0 });
    expect(found.get('none')).toEqual({ entry: null, mark: null, fetched: true });
    for (const entry of all) expect(found.get(entry.key)).toEqual({ entry, mark: null, fetched: true });
  });

  it('takes what memory has as current without asking anybody', async () => {
    const { lookup, calls } = location();
    const all = await entriesOf(3);
    await lookup.findAll(all);
    await Promise.all(all.map((entry) => stored.put(next(entry))));
    const found = await lookup.findAll(all);
    expect(versions(found)).toEqual([1, 1, 1]);
    expect([...found.values()].map((one) => one?.fetched)).toEqual([false, false, false]);
    expect(calls.all).toBe(1);
  });

  it('asks D1 again once memory has run out, and then brings its copies to the edge for the other isolates', async () => {
    const { lookup, isolate, calls, pass, settled } = location();
    const all = await entriesOf(8);
    await lookup.findAll(all);
    await settled();
    expect(calls.put).toBe(0);
    pass(2 * SECOND);
    await lookup.findAll(all);
    await settled();
    expect(calls).toMatchObject({ all: 2, put: 8 });
    expect(versions(await isolate().findAll(all))).toEqual(Array<number>(8).fill(1));
    expect(calls.all).toBe(2);
  });

  it('asked for again after ten seconds brings nothing to the edge', async () => {
    const { lookup, calls, pass, settled } = location();
    const all = await entriesOf(2);
    await lookup.findAll(all);
    pass(11 * SECOND);
    await lookup.findAll(all);
    await settled();
    expect(calls).toMatchObject({ all: 2, put: 0 });
  });

  it('asks D1 for those that the edge lacks, when it lacks one', async () => {
    const { lookup, isolate, calls, pass, settled, d1 } = location();
    const all = await entriesOf(3);
    await lookup.findAll(all);
    pass(2 * SECOND);
    await lookup.findAll(all);
    await settled();
    const [unknown] = await entriesOf(1);
    const asked: number[] = [];
    d1.readAll = (keys, ...rest) => {
      asked.push(keys.length);
      return stored.readAll(keys, ...rest);
    };
    const found = await isolate().findAll([...all, unknown as Entry]);
    expect(versions(found)).toEqual([1, 1, 1, 1]);
    expect(asked).toEqual([1]);
    expect(calls.all).toBe(3);
  });

  it('is made by one of many requests, and the others take its answer', async () => {
    const { lookup, calls } = location();
    const all = await entriesOf(5);
    const found = await Promise.all(Array.from({ length: 30 }, () => lookup.findAll(all)));
    expect(calls.all).toBe(1);
    for (const one of found) expect(versions(one)).toEqual([1, 1, 1, 1, 1]);
    expect(found.filter((one) => [...one.values()].every((each) => each?.fetched))).toHaveLength(1);
  });

  it('leaves out a long chain, looks that one up alone, and knows it whole from then on', async () => {
    const { lookup, calls, pass } = location();
    const chain: Link[] = Array.from({ length: 65 }, (_link, at) => ({
      version: at + 1,
      fence: at + 1,
      deltaBytes: 10,
      hash: 'f'.repeat(64),
    }));
    const [long] = await entriesOf(1, { chain });
    const [short] = await entriesOf(1, { chain: chain.slice(1) });
    const both = [long, short] as [Entry, Entry];
    const found = await lookup.findAll(both);
    expect(calls).toMatchObject({ all: 1, one: 1 });
    for (const entry of both) expect(found.get(entry.key)?.entry).toEqual(entry);
    pass(2 * SECOND);
    expect((await lookup.findAll(both)).get(both[0].key)?.entry?.chain).toHaveLength(65);
    expect(calls).toMatchObject({ all: 2, one: 1 });
  });

  it('gives what was last known while D1 fails, and nothing of what was never known', async () => {
    const { lookup, d1, pass } = location();
    const [known, unknown] = (await entriesOf(2)) as [Entry, Entry];
    await lookup.findAll([known]);
    pass(2 * SECOND);
    d1.readAll = () => Promise.reject(new Error('D1 is down'));
    const found = await lookup.findAll([known, unknown]);
    expect(found.get(known.key)).toEqual({ entry: known, mark: null, fetched: false });
    expect(found.get(unknown.key)).toBeNull();
  });

  it('without copies asks D1 each time, and the edge never', async () => {
    const { lookup, calls, settled } = location({ entryCacheMs: 0 });
    const all = await entriesOf(2);
    await lookup.findAll(all);
    await stored.put(next(all[0] as Entry));
    expect(versions(await lookup.findAll(all))).toEqual([2, 1]);
    await settled();
    expect(calls.all).toBe(2);
  });
});

describe('a look-up of the newest of many keys', () => {
  const reaching = (all: readonly Entry[], revision: number) =>
    all.map(({ key, resource }) => ({
      key,
      resource,
      isReached: (entry: Entry | null) => (entry?.revision ?? 0) >= revision,
    }));

  it('takes from memory what that has reached, and asks D1 once for all others', async () => {
    const { lookup, calls } = location();
    const [behind, reached] = (await entriesOf(2)) as [Entry, Entry];
    await lookup.findAll([behind, reached]);
    await lookup.put(next(reached));
    await stored.put(next(behind));
    expect(versions(await lookup.findAllNewest(reaching([behind, reached], 2)))).toEqual([2, 2]);
    expect(calls.all).toBe(2);
    expect(versions(await lookup.findAllNewest(reaching([behind, reached], 2)))).toEqual([2, 2]);
    expect(calls.all).toBe(2);
  });

  it('does not take the answer to a question from before, which may miss what came since', async () => {
    const { lookup, calls, d1, pass } = location();
    const [entry] = (await entriesOf(1)) as [Entry];
    let answer = () => {};
    const isAsked = new Promise<void>((asked) => {
      d1.readAll = async (...args) => {
        const rows = await stored.readAll(...args);
        asked();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return rows;
      };
    });
    const first = lookup.findAll([entry]);
    await isAsked;
    await stored.put(next(entry));
    d1.readAll = null;
    pass(1);
    const second = Promise.all(Array.from({ length: 10 }, () => lookup.findAllNewest(reaching([entry], 2))));
    answer();
    expect(versions(await first)).toEqual([1]);
    for (const found of await second) expect(versions(found)).toEqual([2]);
    expect(calls.all).toBe(2);
  });

  it('gives what is known while D1 fails', async () => {
    const { lookup, d1 } = location();
    const [entry] = (await entriesOf(1)) as [Entry];
    await lookup.findAll([entry]);
    d1.readAll = () => Promise.reject(new Error('D1 is down'));
    expect(versions(await lookup.findAllNewest(reaching([entry], 2)))).toEqual([1]);
  });
});
