/** CONTRACT 3 "Devices": what a device was last given shows in the list. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { Source } from '../support/sources.ts';
import { until } from '../support/until.ts';

/** A user of one's own, so that the list has nothing else. */
function newUser(options = {}) {
  const user = unique('user');
  return { user, client: new Client({ user, ...options }) };
}
type Listed = { user: string; device: string; version: number; etag: string };

/** The caller's records, once `device` is among them. */
function listWith(client: Client, device: string): Promise<Listed[]> {
  return until(async () => {
    const list = await (await client.get('/cache/')).json<Listed[]>();
    expect(list.map((record) => record.device)).toContain(device);
    return list;
  }, 100);
}

describe('a record', () => {
  it.each(['GET', 'POST'])('is made by %s answered 200, with version and ETag', async (method) => {
    const { user, client } = newUser();
    const source = await Source.define();
    const answer = await client.send(method, source.path, { 'X-Device-Id': 'tablet' });
    const etag = answer.headers.get('ETag')?.slice(1, -1);
    expect(await listWith(client, 'tablet')).toEqual([
      { user, device: 'tablet', sync_datetime: expect.any(String), version: 1, etag },
    ]);
  });

  it('is made by 304 too: the device has the last version', async () => {
    const { client } = newUser();
    const source = await Source.define();
    const first = await client.get(source.path);
    await source.redefine({});
    const headers = { 'X-Device-Id': 'tablet', 'If-None-Match': first.headers.get('ETag') ?? '' };
    expect((await client.get(source.path, headers)).status).toBe(304);
    expect(await listWith(client, 'tablet')).toMatchObject([
      { version: 2, etag: first.headers.get('ETag')?.slice(1, -1) },
    ]);
  });

  it("names the token's device without a header", async () => {
    const { client } = newUser({ device: 'pinned' });
    await client.get((await Source.define()).path);
    expect(await listWith(client, 'pinned')).toHaveLength(1);
  });

  it('is not made by HEAD, by a range, by a problem or without a device', async () => {
    const { client } = newUser();
    const source = await Source.define();
    expect((await client.get(source.path)).status).toBe(200);
    expect((await client.head(source.path, { 'X-Device-Id': 'head' })).status).toBe(200);
    expect((await client.get(source.path, { 'X-Device-Id': 'range', Range: 'bytes=0-1' })).status).toBe(206);
    expect((await client.get(source.path, { 'X-Device-Id': 'bad', 'X-Delta': 'v1-v9' })).status).toBe(400);
    await client.get(source.path, { 'X-Device-Id': 'last' });
    expect((await listWith(client, 'last')).map(({ device }) => device)).toEqual(['last']);
  });

  it('is not made by 202', async () => {
    const { client } = newUser();
    const source = await Source.define();
    const headers = { 'X-Device-Id': 'early', Prefer: 'respond-async' };
    expect((await client.get(source.path, headers)).status).toBe(202);
    await client.get(source.path, { 'X-Device-Id': 'late' });
    expect((await listWith(client, 'late')).map(({ device }) => device)).toEqual(['late']);
  });
});

it('notes that a cache was read, with a device or without', async () => {
  const { client } = newUser();
  const source = await Source.define();
  await client.get(source.path);
  const { key } = cacheIdentity(source.title, {}, null);
  await until(async () => {
    const row = await env.DB.prepare('SELECT read_at FROM entries WHERE key = ?').bind(key).first<number>('read_at');
    expect(row).toBe(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  }, 100);
});
