/** A leaver's private cache whose row goes from D1 before the leaver does: its object has forgotten the user by then. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { evictUnread } from '../../src/flows/upkeep/evict-unread.ts';
import { sweepAll } from '../../src/flows/upkeep/sweep.ts';
import { makeServices } from '../../src/services.ts';
import { unique } from '../support/entries.ts';
import { newCache } from '../support/loads.ts';
import { load, stubOf } from '../support/object-loads.ts';
import { Refreshed, services as stored } from '../support/refreshes.ts';

const DAY_MS = 86_400_000;

beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM entries'), env.DB.prepare('DELETE FROM walks')]);
});

function services() {
  const made = makeServices(env, () => {});
  return { ...made, settings: { ...made.settings, evictUnreadDays: 90 } };
}

function documentOf(cache: { key: string }) {
  return runInDurableObject(stubOf(cache as Parameters<typeof stubOf>[0]), (_, { storage }) =>
    JSON.parse(storage.sql.exec<{ document: string }>('SELECT document FROM keys').one().document),
  );
}

const rows = async () => (await env.DB.prepare('SELECT owner FROM entries').all()).results;

it('an evicted cache is forgotten with its user, not only dropped from D1', async () => {
  const cache = newCache(unique('private'), unique('ann'));
  await load(cache);
  const now = Date.now();
  await evictUnread(services(), now + 91 * DAY_MS);
  expect(await rows()).toEqual([{ owner: cache.owner }]);
  await evictUnread(services(), now + 182 * DAY_MS);
  expect(await documentOf(cache)).toMatchObject({ forgotten: 'yes' });
  expect(await rows()).toEqual([{ owner: null }]);
  await evictUnread(services(), now + 273 * DAY_MS);
  expect(await rows()).toEqual([]);
});

it('a cache of a deleted resource is forgotten with its user when the sweep removes its row', async () => {
  const { title } = await Refreshed.define();
  const cache = newCache(title, unique('ann'));
  await load(cache);
  await stored.resources.remove(title, null, Date.now());
  await sweepAll(services(), Date.now());
  expect(await documentOf(cache)).toMatchObject({ forgotten: 'yes' });
  expect(await rows()).toEqual([]);
});
