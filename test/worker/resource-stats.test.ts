/** How the caches of a resource stand: counted by the cron's walk, told without a scan (CONTRACT 4). */

import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ResourceStats } from '../../src/contract/resource-counts.ts';
import { runCron } from '../../src/cron.ts';
import { makeServices } from '../../src/services.ts';
import { d1ResourceCounts } from '../../src/stores/resource-counts.ts';
import { admin, alice, cachesOf, defineResource, load, loadAll, onlyCache } from '../support/admin.ts';
import { recordingDatabase } from '../support/database.ts';

const ROUND_MS = 300_000;
const lastLoad = async (title: string) =>
  (await cachesOf(title))
    .map(({ loaded }) => loaded ?? '')
    .toSorted()
    .at(-1);
const statsOf = async (title: string): Promise<ResourceStats> => (await admin.get(`/resources/${title}/stats/`)).json();

// A round that is under way, or was a moment ago, leaves others waiting.
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM walks WHERE name = 'count-entries'").run();
});
const count = (stepRows?: number, now = Date.now()) => d1ResourceCounts([env.DB], stepRows).walk(now);

describe('the counts of a resource', () => {
  it('are null before the first count, then as the list of caches has them', async () => {
    const { title, origin } = await defineResource({ retry: { max_attempts: 1 } });
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    expect(await statsOf(title)).toEqual({
      caches: null,
      bytes: null,
      loaded: null,
      counted_at: null,
      next_refresh: null,
    });
    await admin.delete(`/caches/?resource_title=${title}&parameters={"n":1}&soft=true`);
    await admin.delete(`/caches/?resource_title=${title}&parameters={"n":2}`);
    await origin.answer({ status: 404 });
    await alice.post('/cache/refresh/', { resource_title: title, n: 3 }, { Prefer: 'wait=20' });
    const now = Date.now();
    await count(undefined, now);
    const told = await statsOf(title);
    expect(told).toEqual({
      caches: { fresh: 2, stale: 2, failing: 1 },
      bytes: 6,
      loaded: await lastLoad(title),
      counted_at: new Date(now).toISOString(),
      next_refresh: null,
    });
    for (const state of ['fresh', 'stale', 'failing'] as const) {
      expect(await cachesOf(title, `&state=${state}`)).toHaveLength(told.caches?.[state] ?? -1);
    }
  });

  it('come along with the list of definitions, in one statement for all', async () => {
    const loaded = await defineResource({ schedule: '0 0 * * *' });
    await load(loaded.title);
    const uncounted = await defineResource();
    await env.DB.prepare('DELETE FROM resource_counts WHERE resource = ?').bind(uncounted.title).run();
    await count();
    const { db, statements } = recordingDatabase(env.DB);
    await d1ResourceCounts([db]).readAll([loaded.title, uncounted.title]);
    expect(statements).toHaveLength(1);
    for (const { title } of [loaded, uncounted]) {
      const [listed, ...others] = await (await admin.get(`/resources/?search=${title}&expand=stats`)).json<
        { title: string; stats: ResourceStats }[]
      >();
      expect([others, listed?.title]).toEqual([[], title]);
      expect(listed?.stats).toEqual(await statsOf(title));
    }
    const [plain] = await (await admin.get(`/resources/?search=${loaded.title}`)).json<object[]>();
    expect(plain).not.toHaveProperty('stats');
  });

  it('tell when the schedule next comes', async () => {
    const { title } = await defineResource({ schedule: '0 0 * * *' });
    const midnight = new Date();
    midnight.setUTCHours(24, 0, 0, 0);
    expect((await statsOf(title)).next_refresh).toBe(midnight.toISOString());
  });

  it('heed a definition that has changed: what was loaded under another one is stale, or after a shorter time', async () => {
    const { title, definition } = await defineResource();
    await load(title);
    await admin.put(`/resources/${title}/`, { ...definition, ttl_s: 1 });
    await count(undefined, Date.now() + 2000);
    expect((await statsOf(title)).caches).toEqual({ fresh: 0, stale: 1, failing: 0 });
    await admin.put(`/resources/${title}/`, {
      ...definition,
      origin: { ...(definition.origin as object), headers: { 'X-A': 'b' } },
    });
    await count(undefined, Date.now() + 2 * ROUND_MS);
    expect((await statsOf(title)).caches).toEqual({ fresh: 0, stale: 1, failing: 0 });
  });

  it('of a resource that was purged as a whole have no bytes, before the sweep and after it', async () => {
    const { title } = await defineResource();
    await load(title);
    await env.DB.prepare('UPDATE resources SET number = number + 1, purged = number + 1 WHERE title = ?')
      .bind(title)
      .run();
    await count();
    expect(await statsOf(title)).toMatchObject({ caches: { fresh: 0, stale: 1 }, bytes: 0 });
  });

  it('cost one statement to tell, whatever there is', async () => {
    const { title } = await defineResource();
    await load(title);
    const { db, statements } = recordingDatabase(env.DB);
    await d1ResourceCounts([db]).read(title);
    expect(statements.map(({ sql }) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(['resource_counts']);
  });

  it('of several databases are added up, and are as old as the oldest', async () => {
    const { title } = await defineResource();
    await load(title);
    await count(undefined, 1000);
    const both = await d1ResourceCounts([env.DB, env.DB]).read(title);
    expect(both).toMatchObject({
      ...{ stale: 0, fresh: 2, bytes: 4, countedAt: 1000 },
      loadedAt: Date.parse((await onlyCache(title)).loaded ?? ''),
    });
  });

  it('go with the resource', async () => {
    const { title } = await defineResource();
    await load(title);
    await count();
    await admin.delete(`/resources/${title}/`);
    expect((await admin.get(`/resources/${title}/stats/`)).status).toBe(404);
    await env.DB.prepare('DELETE FROM resources WHERE title = ?').bind(title).run();
    expect(await d1ResourceCounts([env.DB]).read(title)).toBeNull();
  });
});

describe('the walk', () => {
  it('looks at so many caches a step, continues where it was, and counts each once', async () => {
    const resources = [await defineResource(), await defineResource()];
    for (const { title } of resources) {
      await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
      // The last one of the walk is the youngest.
      await load(title, (await cachesOf(title)).at(-1)?.parameters as { n: number });
    }
    const others = (await env.DB.prepare('SELECT count(*) AS n FROM entries').first<number>('n')) ?? 0;
    // So many steps of two rows, and one for each resource at most that ends exactly with a step.
    for (let step = 0; step < others + 40; step++) await count(2);
    for (const { title } of resources) {
      expect(await statsOf(title)).toMatchObject({
        caches: { fresh: 3, stale: 0, failing: 0 },
        loaded: await lastLoad(title),
      });
    }
  });

  it('starts again only five minutes after it began, and writes nothing meanwhile', async () => {
    const { title } = await defineResource();
    const now = Date.now();
    await count(undefined, now);
    await load(title);
    const { db, statements } = recordingDatabase(env.DB);
    await d1ResourceCounts([db]).walk(now + ROUND_MS - 1);
    expect(statements).toHaveLength(1);
    expect((await statsOf(title)).caches).toEqual({ fresh: 0, stale: 0, failing: 0 });
    await count(undefined, now + ROUND_MS);
    expect((await statsOf(title)).caches).toMatchObject({ fresh: 1 });
  });

  it('continues behind a resource that is deleted while its caches are counted', async () => {
    const { title } = await defineResource();
    await loadAll(title, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const { key } = (await cachesOf(title))[1] ?? { key: '' };
    const place = {
      startedAt: 1,
      title: `${title.slice(0, -1)}!`,
      after: key,
      sums: { total: 9, fresh: 9, failing: 9, bytes: 9 },
    };
    await env.DB.prepare("INSERT INTO walks (name, cursor) VALUES ('count-entries', ?)")
      .bind(JSON.stringify(place))
      .run();
    await count();
    expect((await statsOf(title)).caches).toEqual({ fresh: 3, stale: 0, failing: 0 });
  });

  it('is made by the cron', async () => {
    const { title } = await defineResource();
    await load(title);
    await runCron(
      makeServices(env, () => {}),
      Date.now(),
    );
    expect((await statsOf(title)).caches).toMatchObject({ fresh: 1 });
    expect((await onlyCache(title)).version).toBe(1);
  });
});
