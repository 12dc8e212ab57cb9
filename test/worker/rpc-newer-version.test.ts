/**
 * CONTRACT 3 "A newer version than this location knows", Invariant 3: the location keeps an old look-up, while the cache
 * was loaded again elsewhere.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { etagOf } from '../../src/core/etag.ts';
import { policyOf } from '../../src/core/task-policy.ts';
import { objectClient } from '../../src/object/client.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { sendUnder } from '../support/client.ts';
import { sampleResource } from '../support/resources.ts';
import { Source } from '../support/sources.ts';
import { token } from '../support/token.ts';
import { until } from '../support/until.ts';

/** Asks at a location that takes what it looked up as current for a minute. */
async function ask(source: Source, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  const init = { method, headers: { Authorization: `Bearer ${await token()}`, ...headers } };
  return sendUnder({ ENTRY_CACHE_MS: '60000' }, API_BASE + source.path, init);
}
const version = (answer: Response) => answer.headers.get('Content-Version');

/** A source of which this location knows v1, while the object has v2. */
async function behind(method = 'GET') {
  const source = await Source.define();
  expect(version(await ask(source, {}, method))).toBe('v1');
  const cache = cacheIdentity(source.title, {}, null);
  const { objects: bodies } = await env.BLOBS.list({ prefix: `${cache.key}/` });
  const old = await env.DB.prepare('SELECT * FROM entries WHERE key = ?').bind(cache.key).first();
  await source.origin.answerJson({ n: 2 });
  const objects = objectClient(env.CACHE_OBJECT);
  const number = (await d1Resources(env.DB).find(source.title))?.number ?? 0;
  const policy = policyOf(sampleResource());
  await objects.enqueue({ cache, number, policy, since: 'now', asker: null, heedRetryAt: false, waitMs: 0 });
  await until(
    async () => expect(await d1Entries(env.DB).find(cache.key)).toMatchObject({ loaded: { version: 2 } }),
    50,
  );
  return { source, key: cache.key, old: old ?? {}, bodies: bodies.map(({ key }) => key) };
}

/** D1 as it was an hour ago. */
async function restore(row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const sql = `REPLACE INTO entries (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  await env.DB.prepare(sql)
    .bind(...Object.values(row))
    .run();
}

it('a request that names none sees what the location keeps', async () => {
  const { source } = await behind();
  expect(version(await ask(source))).toBe('v1');
});

describe('a version named by', () => {
  it.each([
    ['If-None-Match', (key: string) => ({ 'If-None-Match': `"${etagOf(key, 2)}"` }), 304],
    ['X-Delta', () => ({ 'X-Delta': 'v1-v2' }), 200],
    ['X-Delta: auto with If-Match', (key: string) => ({ 'X-Delta': 'auto', 'If-Match': `"${etagOf(key, 2)}"` }), 200],
    ['Last-Event-ID', () => ({ 'Last-Event-ID': 'v2' }), 200],
  ])('%s is found in D1', async (_name, headers, status) => {
    const { source, key } = await behind();
    const answer = await ask(source, headers(key));
    expect([answer.status, version(answer)]).toEqual([status, 'v2']);
    expect(version(await ask(source))).toBe('v2');
  });

  it('a device is found at the object where D1 lags, and D1 heals', async () => {
    const { source, key, old } = await behind();
    await restore(old);
    const answer = await ask(source, { 'If-None-Match': `"${etagOf(key, 2)}"` });
    expect([answer.status, version(answer)]).toEqual([304, 'v2']);
    expect(await d1Entries(env.DB).find(key)).toMatchObject({ loaded: { version: 2 } });
  });
});

describe('a version that is unknown everywhere', () => {
  it('is answered in full with If-None-Match', async () => {
    const { source, key } = await behind();
    const answer = await ask(source, { 'If-None-Match': `"${etagOf(key, 9)}"`, 'X-Delta': 'auto' });
    expect([answer.status, version(answer), await answer.text()]).toEqual([200, 'v2', '{"n":2}']);
  });

  it('is 400 with X-Delta', async () => {
    const { source } = await behind();
    const answer = await ask(source, { 'X-Delta': 'v1-v3' });
    expect([answer.status, (await answer.json<{ detail: string }>()).detail]).toEqual([
      400,
      'X-Delta names v3, but the last version is v2.',
    ]);
  });
});

it('a body removed since the look-up gives way to the newer one, without a load', async () => {
  // HEAD keeps the entry here, but no body.
  const { source, bodies } = await behind('HEAD');
  await env.BLOBS.delete(bodies);
  const answer = await ask(source);
  expect([answer.status, version(answer), await answer.text()]).toEqual([200, 'v2', '{"n":2}']);
  expect(await source.loads()).toBe(2);
});
