/** READ_REPLICAS: look-ups by a replica of D1 that lags. Another database plays it, and knows what it was last brought. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { API_BASE } from '../../../src/contract/constants.ts';
import type { Entry } from '../../../src/ports/entry.ts';
import type { EdgeCache } from '../../../src/stores/edge-cache.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { entryLookup } from '../../../src/stores/entry-lookup.ts';
import { d1Resources } from '../../../src/stores/resources.ts';
import { sendUnder } from '../../support/client.ts';
import { insertInto } from '../../support/d1-copy.ts';
import { sampleEntry, sampleLoaded } from '../../support/entries.ts';
import { sampleResource } from '../../support/resources.ts';
import { databases } from '../../support/shards.ts';
import { Source } from '../../support/sources.ts';
import { bearer } from '../../support/token.ts';

const SECOND = 1000;
const [primary = env.DB, copy = env.DB] = databases;
const TABLES = ['entries', 'resources'];

/** A database with one replica: sessions are kept as D1 keeps them, by bookmarks that count what was written. */
class Replicated {
  /** How often the primary was written, as far as the test tells. */
  written = 0;
  #replicaHas = 0;
  readonly reads = { primary: 0, replica: 0 };

  readonly db = {
    prepare: (sql: string) => primary.prepare(sql),
    batch: (statements: D1PreparedStatement[]) => primary.batch(statements),
    withSession: (constraint = 'first-unconstrained') => {
      const needed = constraint === 'first-primary' ? Infinity : Number(constraint.replace('first-unconstrained', '0'));
      const where = needed > this.#replicaHas ? 'primary' : 'replica';
      this.reads[where] += 1;
      const bookmark = where === 'primary' ? this.written : this.#replicaHas;
      return {
        prepare: (sql: string) => (where === 'primary' ? primary : copy).prepare(sql),
        getBookmark: () => String(bookmark),
      };
    },
  } as unknown as D1Database;

  async write(work: () => Promise<unknown>): Promise<void> {
    await work();
    this.written += 1;
  }

  /** The replica has caught up. */
  async replicate(): Promise<void> {
    for (const table of TABLES) {
      const { results } = await primary.prepare(`SELECT * FROM ${table}`).all();
      await copy.batch([copy.prepare(`DELETE FROM ${table}`), ...results.map((row) => insertInto(copy, table, row))]);
    }
    this.#replicaHas = this.written;
  }
}

beforeEach(async () => {
  for (const db of [primary, copy]) await db.batch(TABLES.map((table) => db.prepare(`DELETE FROM ${table}`)));
});

/** An edge cache of its own, as each location has one. */
function location(replicated: Replicated) {
  const kept = new Map<string, string>();
  const edge: EdgeCache = {
    match: async (url) => (kept.has(url) ? new Response(kept.get(url)) : null),
    put: async (url, body) => {
      kept.set(url, String(body));
    },
  };
  let now = Date.now();
  const work: Promise<unknown>[] = [];
  const lookup = entryLookup(d1Entries(replicated.db), edge, {
    entryCacheMs: SECOND,
    readReplicas: true,
    now: () => now,
    waitUntil: (promise) => work.push(promise),
  });
  return {
    lookup,
    /** What is found once the copy has run out. */
    async findAnew({ key, resource }: Entry) {
      now += 2 * SECOND;
      const found = await lookup.find(key, resource);
      await Promise.all(work.splice(0));
      return found;
    },
  };
}
const next = (entry: Entry, revision = entry.revision + 1): Entry => ({
  ...entry,
  revision,
  loaded: sampleLoaded(revision),
});
const put = (entry: Entry) => d1Entries(primary).put(entry);

describe('a look-up', () => {
  it('asks the replica, and is told what that knows', async () => {
    const replicated = new Replicated();
    const entry = sampleEntry();
    await replicated.write(() => put(entry));
    await replicated.replicate();
    await replicated.write(() => put(next(entry)));
    expect((await location(replicated).findAnew(entry)).entry).toEqual(entry);
    expect(replicated.reads).toEqual({ primary: 0, replica: 1 });
    await replicated.replicate();
    expect((await location(replicated).findAnew(entry)).entry).toEqual(next(entry));
  });

  it('never goes back behind what the location was told, of the entry as of its resource', async () => {
    const replicated = new Replicated();
    const { lookup, findAnew } = location(replicated);
    const entry = sampleEntry();
    await replicated.write(() => put(entry));
    await replicated.write(() => d1Resources(primary).put(entry.resource, sampleResource(), true, null, 5));
    await replicated.replicate();
    await replicated.write(() => put(next(entry)));
    const purge = primary.prepare('UPDATE resources SET number = 9, purged = 9 WHERE title = ?').bind(entry.resource);
    await replicated.write(() => purge.run());
    const newest = await lookup.findNewest(entry.key, entry.resource);
    expect(newest).toMatchObject({ entry: next(entry), mark: { purged: 9 }, fetched: true });
    for (let looks = 0; looks < 3; looks += 1) {
      expect(await findAnew(entry)).toMatchObject({ entry: next(entry), mark: newest.mark });
    }
  });

  it('is not behind an answer of the object', async () => {
    const replicated = new Replicated();
    const { lookup, findAnew } = location(replicated);
    const entry = sampleEntry();
    await replicated.write(() => put(entry));
    await replicated.replicate();
    await lookup.put(next(entry));
    expect((await findAnew(entry)).entry).toEqual(next(entry));
    expect(replicated.reads.replica).toBe(1);
  });

  it('for a version newer than the one found goes to the primary', async () => {
    const replicated = new Replicated();
    const { lookup } = location(replicated);
    const entry = sampleEntry();
    await replicated.write(() => put(entry));
    await replicated.replicate();
    await replicated.write(() => put(next(entry)));
    expect((await lookup.findNewest(entry.key, entry.resource)).entry).toEqual(next(entry));
    expect(replicated.reads).toEqual({ primary: 1, replica: 0 });
  });
});

it.each([
  ['0', false],
  ['1', true],
])('under READ_REPLICAS=%s a request may ask a replica: %s', async (setting, expected) => {
  const source = await Source.define();
  const asked: (string | undefined)[] = [];
  const DB = new Proxy(primary, {
    get(db, name) {
      const member = Reflect.get(db, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (name === 'withSession') asked.push(args[0] as string | undefined);
        return Reflect.apply(member, db, args);
      };
    },
  });
  const path = `${API_BASE}${source.path}`;
  const settings = { DB, READ_REPLICAS: setting, ENTRY_CACHE_MS: '0', ENTRY_SHARDS: '1' };
  expect((await sendUnder(settings, path, { headers: await bearer() })).status).toBe(200);
  expect(asked.some((constraint) => constraint !== 'first-primary')).toBe(expected);
});
