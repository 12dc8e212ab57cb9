/** Eviction of caches that nobody reads, on real stores and objects; the clock is an argument. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import { evictUnread } from '../../src/flows/upkeep/evict-unread.ts';
import { makeServices } from '../../src/services.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { alice, cachesOf, defineResource, load, loadAll, NOTHING_LOADED, onlyCache } from '../support/admin.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry } from '../support/entries.ts';
import { queue, Receiver, services as receiving, removeAll } from '../support/webhooks.ts';

const DAY_MS = 86_400_000;
const services = (days = 90) => {
  const made = makeServices(env, () => {});
  return { ...made, settings: { ...made.settings, evictUnreadDays: days } };
};
const read = (key: string, at: number) => services().entries.touch([{ key, hour: at - (at % 3_600_000) }]);
const held = async (title: string) => (await cachesOf(title)).filter(({ version }) => version !== null);

// Each test's walk begins at the start, among its own entries.
beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM entries'), env.DB.prepare('DELETE FROM walks')]);
});

describe('a cache', () => {
  it('that nobody has read for EVICT_UNREAD_DAYS is purged, by cron; its versions continue counting', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    await read(key, Date.now());
    await runCron(services(), Date.now() + 89 * DAY_MS);
    expect((await onlyCache(title)).version).toBe(1);
    await runCron(services(), Date.now() + 91 * DAY_MS);
    expect(await onlyCache(title)).toMatchObject({ key, ...NOTHING_LOADED });
    const answer = await alice.get(`/rpc/${title}/`, { Prefer: 'wait=20' });
    expect([answer.status, answer.headers.get('Content-Version')]).toEqual([200, 'v2']);
  });

  it('that was loaded since, or read since, is kept', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const now = Date.now();
    const [first, second] = await cachesOf(title);
    await read(first?.key ?? '', now + 50 * DAY_MS);
    await evictUnread(services(), now + 100 * DAY_MS);
    expect((await held(title)).map(({ key }) => key)).toEqual([first?.key]);
    await read(second?.key ?? '', now - 10 * DAY_MS);
    await loadAll(title, [second?.parameters as { n: number }]);
    await evictUnread(services(), now + 80 * DAY_MS);
    expect(await held(title)).toHaveLength(2);
  });

  it('that webhooks were not notified of is kept until they are', async () => {
    const { title } = await defineResource();
    await load(title);
    const receiver = await Receiver.define({ resources: [title] });
    const { key } = await onlyCache(title);
    const through = { ...services(), webhooks: receiving.webhooks, webhookQueue: queue };
    queue.fault = new Error('no queue today');
    const late = Date.now() + 91 * DAY_MS;
    await evictUnread(through, late);
    expect(await held(title)).toHaveLength(1);
    await evictUnread(through, late);
    expect(await held(title)).toEqual([]);
    await evictUnread(through, late);
    expect(queue.eventsFor(receiver.name)).toMatchObject([{ type: 'cache.changed', key, version: null }]);
    await removeAll();
  });

  it('is kept forever with EVICT_UNREAD_DAYS 0', async () => {
    const { title } = await defineResource();
    await load(title);
    await evictUnread(services(0), Date.now() + 10_000 * DAY_MS);
    expect(await held(title)).toHaveLength(1);
  });
});

describe('a row that holds nothing', () => {
  const rowsOf = (title: string) => env.DB.prepare('SELECT key FROM entries WHERE resource = ?').bind(title).all();
  const count = async (title: string) => (await rowsOf(title)).results.length;

  it('goes when it was neither read nor changed for EVICT_UNREAD_DAYS; the object knows the version when it is asked for again', async () => {
    const { title } = await defineResource();
    await load(title);
    const { key } = await onlyCache(title);
    const now = Date.now();
    await evictUnread(services(), now + 91 * DAY_MS);
    // It was purged just now, by the objects' clock.
    await evictUnread(services(), now + 89 * DAY_MS);
    expect(await onlyCache(title)).toMatchObject({ key, ...NOTHING_LOADED });
    await evictUnread(services(), now + 91 * DAY_MS);
    expect(await count(title)).toBe(0);
    const answer = await alice.get(`/rpc/${title}/`, { Prefer: 'wait=20' });
    expect([answer.status, answer.headers.get('Content-Version')]).toEqual([200, 'v2']);
    expect(await onlyCache(title)).toMatchObject({ key, version: 2 });
  });

  it('of a first load that failed is removed as well, unless it was read since', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    await env.DB.prepare('UPDATE entries SET version = NULL, expires_at = NULL WHERE resource = ?').bind(title).run();
    const [first] = await cachesOf(title);
    const now = Date.now();
    await read(first?.key ?? '', now + 50 * DAY_MS);
    await evictUnread(services(), now + 91 * DAY_MS);
    expect((await cachesOf(title)).map(({ key }) => key)).toEqual([first?.key]);
  });

  it('that is written meanwhile stays', async () => {
    const { title } = await defineResource();
    await load(title);
    await env.DB.prepare('UPDATE entries SET version = NULL, expires_at = NULL WHERE resource = ?').bind(title).run();
    const { entries } = services();
    const { key } = await onlyCache(title);
    const found = await entries.find(key);
    if (found === null) throw new Error('there is no row');
    const { readAt: _, ...entry } = found;
    // The walk has read the row, and has not removed it yet.
    const writing = recordingDatabase(env.DB, async () => {
      await entries.put({ ...entry, lastTaskId: 'later', revision: Date.now() + 1 });
    });
    await d1Entries(writing.db).walkUnread(Date.now() + 91 * DAY_MS, 100);
    expect(await count(title)).toBe(1);
  });

  it('that an earlier release has announced a first load by is left alone', async () => {
    const { title } = await defineResource();
    await services().entries.put({ ...sampleEntry({ resource: title, loaded: null }), revision: 0 });
    await evictUnread(services(), Date.now() + 91 * DAY_MS);
    expect(await count(title)).toBe(1);
  });
});

describe('the walk', () => {
  it('looks at so many entries a step, and starts again at the end', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const late = Date.now() + 91 * DAY_MS;
    const left = async () => (await held(title)).length;
    await evictUnread(services(), late, 2);
    expect(await left()).toBe(1);
    await evictUnread(services(), late, 2);
    expect(await left()).toBe(0);
    const [first] = await cachesOf(title);
    await loadAll(title, [first?.parameters as { n: number }]);
    await evictUnread(services(), late, 2);
    expect(await left()).toBe(0);
  });

  it('continues past a cache whose object cannot be reached, and comes back to it', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }]);
    const [lost] = await cachesOf(title);
    const late = Date.now() + 91 * DAY_MS;
    const real = services();
    const purge: typeof real.objects.purge = async (request) => {
      if (request.key === lost?.key) throw new Error('the object cannot be reached');
      return real.objects.purge(request);
    };
    await evictUnread({ ...real, objects: { ...real.objects, purge } }, late, 1000);
    expect((await held(title)).map(({ key }) => key)).toEqual([lost?.key]);
    await evictUnread(real, late, 1000);
    expect(await held(title)).toEqual([]);
  });
});
