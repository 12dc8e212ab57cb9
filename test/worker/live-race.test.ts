/**
 * docs/live.md "The hub knows before the check looks": checks that subscribe while the caches that they name are being loaded. What a
 * device ends with, by answer or poke, is what D1 has, however long the location takes what it knows as current.
 */
import { env } from 'cloudflare:workers';
import { expect, inject, it, vi } from 'vitest';
import type { SyncItemAnswer } from '../../src/contract/sync.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { tagOfKey } from '../../src/core/etag.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { Device } from '../support/sockets.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { bearer } from '../support/token.ts';

/** Each is a commit of all the caches, and a check that races with them. */
const ROUNDS = inject('raceRounds');
const CACHES = 10;

vi.setConfig({ testTimeout: 60_000 + ROUNDS * 4000 });

const stored = d1Entries(env.DB);
const loader = new Client({ user: 'loader' });

it.each([1000, 60_000])(
  'no device is stale after checks that raced with commits, ENTRY_CACHE_MS %d',
  async (cacheMs) => {
    const source = await Source.define({
      parameters: YEAR_AND_REGION,
      tables: [{ name: 't', rows: '', columns: ['row'] }],
      ttl_s: 86_400,
    });
    const caches = Array.from({ length: CACHES }, (_cache, n) => ({
      id: `${n}`,
      resource_title: source.title,
      parameters: { year: n },
    }));
    const keys = caches.map(({ parameters }) => cacheIdentity(source.title, parameters, null).key);
    const refreshAll = () =>
      Promise.all(
        caches.map(async ({ resource_title, parameters }) => {
          const answer = await loader.post('/cache/refresh/', { resource_title, ...parameters }, { Prefer: 'wait=30' });
          expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
        }),
      );
    const user = unique('user');
    const device = await Device.open(user);
    const headers = { ...(await bearer({ user })), 'X-Device-Id': device.name, 'Content-Type': 'application/json' };
    let seq = 0;
    /** Revisions that an answer told, by tag. */
    const check = async (asked: readonly object[]) => {
      seq += 1;
      const body = JSON.stringify({ caches: asked, inline_bytes: 0, live: { id: device.id, seq } });
      const settings = { ENTRY_CACHE_MS: String(cacheMs) };
      const answer = await sendUnder(settings, '/api/v1/sync/', { method: 'POST', headers, body });
      const read = await answer.json<{ live: string; caches: SyncItemAnswer[] }>();
      expect(read.live).toBe('ok');
      return new Map(read.caches.map(({ tag, revision = 0 }) => [tag, revision]));
    };

    await source.origin.answerJson([{ row: 0 }]);

    await refreshAll();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await source.origin.answerJson([{ row: round }]);
      // On a busy machine the rounds take longer than a device may be silent.
      device.send('ping');
      // It has no subscription, so the check subscribes again.
      await check([]);
      const from = device.pokes.length;
      const commits = refreshAll();
      const told = await check(caches);
      await commits;
      const stale = async () => {
        for (const [tag, , revision] of device.pokes.slice(from)) told.set(tag, Math.max(told.get(tag) ?? 0, revision));
        const { entries } = await stored.findAll(keys);
        return entries.filter(({ key, revision }) => revision > (told.get(tagOfKey(key)) ?? 0)).map(({ key }) => key);
      };
      await expect.poll(stale, { interval: 5, message: `round ${round}` }).toEqual([]);
    }
  },
);
