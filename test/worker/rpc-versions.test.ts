/** CONTRACT 3 "Live": `Accept: text/event-stream` streams an event for each version that changed the body. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { Client, type Headers } from '../support/client.ts';
import type { ReadEvent } from '../support/event-stream.ts';
import { loadedTable, loadRows, rowsOf, streamOf, tagOf } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import { untilLoading } from '../support/tasks.ts';

const alice = new Client({ user: 'alice' });
const admin = new Client({ user: 'root', scope: 'cache:admin' });
const open = (source: Source, headers: Headers = {}) =>
  alice.get(source.path, { Accept: 'text/event-stream', ...headers });
const next = async (events: AsyncGenerator<ReadEvent, void, void>) => (await events.next()).value;

/** An event as it is to be. */
function event(source: Source, version: number, inserted: number | null, deleted: number | null): ReadEvent {
  const data = { version, etag: tagOf(source, version).slice(1, -1), inserted, deleted };
  return { event: 'version', id: `v${version}`, data: JSON.stringify(data) };
}

/** A source after three versions: {1, 2, 3}, {1, 2, 3, 4}, {4, 5}. */
async function threeVersions(members: Parameters<typeof loadedTable>[0] = {}): Promise<Source> {
  const source = await loadedTable(members);
  await loadRows(source, 1, 2, 3, 4);
  await loadRows(source, 4, 5);
  return source;
}

describe('a fresh stream', () => {
  it('tells the newest version at once, then each that changes the body', async () => {
    const source = await threeVersions();
    const events = streamOf(await open(source));
    expect(await next(events)).toEqual(event(source, 3, 1, 3));
    await loadRows(source, 5, 4);
    await loadRows(source, 5, 6);
    expect(await next(events)).toEqual(event(source, 5, 1, 1));
  });

  it('of a cache that is not loaded has it loaded, and tells its first version', async () => {
    const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['n'] }] });
    await source.origin.answerJson(rowsOf(1, 2), { delay_ms: 300 });
    expect(await next(streamOf(await open(source)))).toEqual(event(source, 1, 2, 0));
    expect(await source.loads()).toBe(1);
  });

  it('of what is not a table counts no rows', async () => {
    const source = await loadedTable({ tables: undefined });
    expect(await next(streamOf(await open(source)))).toEqual(event(source, 1, null, null));
  });

  it('is had by POST too, with the headers of all data', async () => {
    const source = await loadedTable();
    const answer = await alice.post(source.path, {}, { Accept: 'application/json;q=0.5, text/event-stream' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      vary: 'Authorization, X-Delta, Accept, Origin',
      'cache-control': 'private, no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
      allow: 'GET, POST, HEAD, OPTIONS',
    });
    expect(await next(streamOf(answer))).toEqual(event(source, 1, 3, 0));
  });

  it('has no body to HEAD', async () => {
    const answer = await alice.head((await loadedTable()).path, { Accept: 'text/event-stream' });
    expect([answer.headers.get('Content-Type'), await answer.text()]).toEqual(['text/event-stream', '']);
  });

  it('is refused as a read is', async () => {
    const source = await loadedTable();
    const stream = { Accept: 'text/event-stream' };
    expect((await alice.get('/rpc/nothing-of-the-kind/', stream)).status).toBe(404);
    expect((await alice.get(`${source.path}?year=2026`, stream)).status).toBe(400);
    expect((await new Client({ scope: 'cache:refresh' }).get(source.path, stream)).status).toBe(403);
  });
});

describe('Last-Event-ID', () => {
  it('continues after the version named', async () => {
    const source = await threeVersions();
    const events = streamOf(await open(source, { 'Last-Event-ID': 'v1' }));
    expect(await next(events)).toEqual(event(source, 2, 1, 0));
    expect(await next(events)).toEqual(event(source, 3, 1, 3));
  });

  it('of the newest version waits for the next', async () => {
    const source = await threeVersions();
    const events = streamOf(await open(source, { 'Last-Event-ID': 'v3' }));
    await loadRows(source, 4);
    expect(await next(events)).toEqual(event(source, 4, 0, 1));
  });

  it.each(['v99', 'v0', '3', 'x'])('"%s" names none: the newest alone is told', async (id) => {
    const source = await threeVersions();
    expect(await next(streamOf(await open(source, { 'Last-Event-ID': id })))).toEqual(event(source, 3, 1, 3));
  });

  it('of a version no longer kept: the newest alone is told', async () => {
    const source = await threeVersions({ retain_versions: 2 });
    expect(await next(streamOf(await open(source, { 'Last-Event-ID': 'v1' })))).toEqual(event(source, 3, 1, 3));
  });
});

describe('a stream continues', () => {
  it('when its cache expires, which is loaded again; and when the origin fails', async () => {
    const source = await loadedTable({ ttl_s: 1, stale_if_error_s: 0, error_ttl_s: 1 });
    await source.origin.answer({ status: 404 });
    const events = streamOf(await open(source));
    expect(await next(events)).toEqual(event(source, 1, 3, 0));
    await expect.poll(() => source.loads()).toBeGreaterThan(2);
    await source.origin.answerJson(rowsOf(4));
    expect(await next(events)).toEqual(event(source, 2, 1, 3));
  });

  it('when the first load fails', async () => {
    const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['n'] }], error_ttl_s: 1 });
    await source.origin.answer({ status: 404 });
    const events = streamOf(await open(source));
    await untilLoading(source);
    await source.origin.answerJson(rowsOf(1));
    expect(await next(events)).toEqual(event(source, 1, 1, 0));
  });

  it('when its cache is purged: the rows that come then are not counted from nothing', async () => {
    const source = await loadedTable();
    const events = streamOf(await open(source));
    await next(events);
    const { key } = cacheIdentity(source.title, {}, null);
    expect((await admin.delete(`/caches/${key}/`)).status).toBe(204);
    expect(await next(events)).toEqual(event(source, 2, null, null));
  });

  it('with another cache when the parameters have other defaults', async () => {
    const parameters = { type: 'object', properties: { year: { type: 'integer', default: 2026 } } };
    const source = await loadedTable({ parameters });
    const events = streamOf(await open(source));
    await next(events);
    await source.redefine({ parameters: { type: 'object', properties: { year: { type: 'integer', default: 2027 } } } });
    const { key } = cacheIdentity(source.title, { year: 2027 }, null);
    expect(JSON.parse((await next(events))?.data ?? '')).toMatchObject({ version: 1, etag: `${key.slice(0, 16)}-v1` });
  });

  it('until its resource is deleted', async () => {
    const source = await loadedTable();
    const events = streamOf(await open(source));
    await next(events);
    await d1Resources(env.DB).remove(source.title, null, Date.now());
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});
