/**
 * D1 restored to an hour ago (Time Travel) under objects that go on living: an older copy of its rows is put back, and
 * what devices see, and what D1 then holds, heals by itself (docs/operations.md "D1 restored").
 */

import { createExecutionContext, runDurableObjectAlarm, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { API_BASE } from '../../../src/contract/constants.ts';
import { etagOf } from '../../../src/core/etag.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { copyOfD1 } from '../../support/d1-copy.ts';
import { stubOf } from '../../support/object-loads.ts';
import { Refreshed } from '../../support/refreshes.ts';
import { runningClock } from '../../support/running-clock.ts';
import { token } from '../../support/token.ts';

const MINUTE_MS = 60_000;
const TTL_S = 3600;
const entries = d1Entries(env.DB);
const longToken = token({ expiresInS: 86_400 });

const passMs = runningClock();

/** Reads at a location that keeps nothing; what goes on after the answer is waited for. */
async function read({ title }: Refreshed, headers: Record<string, string> = {}) {
  const request = new Request(`http://freshet.test${API_BASE}/rpc/${title}/?of=x`, {
    headers: { Authorization: `Bearer ${await longToken}`, Prefer: 'wait=0', ...headers },
  });
  const context = createExecutionContext();
  const answer = await app.fetch(request, { ...env, ENTRY_CACHE_MS: '0' }, context);
  const text = await answer.text();
  await waitOnExecutionContext(context);
  return [answer.status, answer.headers.get('Content-Version'), text];
}

/** Version of what D1 names; null: no entry. */
async function versionInD1({ cache }: Refreshed): Promise<number | null> {
  return (await entries.find(cache.key))?.loaded?.version ?? null;
}

/** A cache that was loaded, half an hour after D1 was copied, as v2. */
async function changedSince(members: Parameters<typeof Refreshed.define>[0] = {}) {
  const cache = await Refreshed.define({ ttl_s: TTL_S, ...members });
  await cache.origin.answer({ body: 'one' });
  await cache.refresh();
  const copy = await copyOfD1(cache.title);
  passMs(30 * MINUTE_MS);
  await cache.origin.answer({ body: 'two' });
  await cache.refresh();
  expect(await versionInD1(cache)).toBe(2);
  return { cache, copy };
}

it('a device that names its newer version gets that, and D1 has it again', async () => {
  const { cache, copy } = await changedSince();
  await copy.restore('entries');
  expect(await versionInD1(cache)).toBe(1);
  const held = { 'If-None-Match': `"${etagOf(cache.cache.key, 2)}"` };
  expect(await read(cache, held)).toEqual([304, 'v2', '']);
  expect(await versionInD1(cache)).toBe(2);
  expect(await read(cache)).toEqual([200, 'v2', 'two']);
});

it('a device that names none sees the older version for no longer than it was fresh, then the newer, without a load', async () => {
  const { cache, copy } = await changedSince();
  await copy.restore('entries');
  passMs(40 * MINUTE_MS);
  expect(await read(cache)).toEqual([200, 'v2', 'two']);
  expect(await versionInD1(cache)).toBe(2);
  expect(await cache.origin.requests()).toHaveLength(2);
});

it('a cache that D1 does not know any more is read without a load, and D1 has it again', async () => {
  const cache = await Refreshed.define({ ttl_s: TTL_S });
  const copy = await copyOfD1(cache.title);
  await cache.origin.answer({ body: 'one' });
  await cache.refresh();
  passMs(30 * MINUTE_MS);
  await copy.restore('entries');
  expect(await versionInD1(cache)).toBeNull();
  expect(await read(cache)).toEqual([200, 'v1', 'one']);
  expect(await versionInD1(cache)).toBe(1);
  expect(await cache.origin.requests()).toHaveLength(1);
});

it('an older version whose body has long been removed gives way to the newer one', async () => {
  const { cache, copy } = await changedSince({ ttl_s: 10 * TTL_S, retain_versions: 1 });
  passMs(61 * MINUTE_MS);
  await runDurableObjectAlarm(stubOf(cache.cache));
  expect(await cache.objects()).toHaveLength(1);
  await copy.restore('entries');
  expect(await read(cache)).toEqual([200, 'v2', 'two']);
  expect(await versionInD1(cache)).toBe(2);
});

it('a refresh continues: versions count on, and D1 has them', async () => {
  const { cache, copy } = await changedSince();
  await copy.restore('entries');
  await cache.origin.answer({ body: 'three' });
  const { task } = await cache.refresh();
  expect(task).toMatchObject({ state: 'SUCCESS', version: 3 });
  expect(await versionInD1(cache)).toBe(3);
  expect(await read(cache)).toEqual([200, 'v3', 'three']);
});

it('a definition that was changed since holds again when it is put again, and refreshes continue meanwhile', async () => {
  const { cache, copy } = await changedSince();
  await cache.redefine({ ttl_s: 2 * TTL_S });
  await cache.refresh();
  await copy.restore('resources', 'entries');
  expect((await cache.refresh()).task).toMatchObject({ state: 'SUCCESS', version: 4 });

  await cache.redefine({ ttl_s: 2 * TTL_S });
  expect((await cache.refresh()).task).toMatchObject({ state: 'SUCCESS', version: 5 });
  passMs(90 * MINUTE_MS);
  expect(await read(cache)).toEqual([200, 'v5', 'two']);
});
