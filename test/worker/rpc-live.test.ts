/** CONTRACT 3 "Live": `Prefer: wait=N` holds an answer that would bring nothing new. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { Client } from '../support/client.ts';
import { loadedTable, loadRows, rowsOf, tagOf, untilHeld } from '../support/live.ts';
import type { Source } from '../support/sources.ts';

// Shorter than the requested waits: a request that waits for news without success fails the test.
vi.setConfig({ testTimeout: 20_000 });

const WAIT = { Prefer: 'wait=30' };
const alice = new Client({ user: 'alice' });
const admin = new Client({ user: 'root', scope: 'cache:admin' });
const told = ({ status, headers }: Response) => [
  status,
  headers.get('Content-Version'),
  headers.get('Preference-Applied'),
];
const holds = (source: Source, version = 1) => ({ 'If-None-Match': tagOf(source, version) });

describe('Prefer: wait=N holds the answer until there is another ETag', () => {
  it.each([
    ['If-None-Match', (source: Source) => holds(source), 'v2'],
    [
      'X-Delta: auto with If-None-Match',
      (source: Source) => ({ 'X-Delta': 'auto', ...holds(source) }),
      '"delta v1-v2"',
    ],
    [
      'X-Delta: auto with If-Match',
      (source: Source) => ({ 'X-Delta': 'auto', 'If-Match': tagOf(source, 1) }),
      '"delta v1-v2"',
    ],
    ['X-Delta with a start version', () => ({ 'X-Delta': 'v1-last' }), '"delta v1-v2"'],
  ])('with %s', async (_name, headers, version) => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { ...WAIT, ...headers(source) });
    await untilHeld(1);
    await loadRows(source, 1, 2, 4);
    expect(told(await answer)).toEqual([200, version, 'wait=30']);
    expect((await answer).headers.get('ETag')).toBe(tagOf(source, 2));
  });

  it('by POST, and with respond-async, too', async () => {
    const source = await loadedTable();
    const answer = alice.post(source.path, {}, { Prefer: 'respond-async, wait=30', ...holds(source) });
    await untilHeld(1);
    await loadRows(source, 4);
    expect(told(await answer)).toEqual([200, 'v2', 'wait=30']);
  });

  it('or N has passed: 304 with If-None-Match, else the empty delta', async () => {
    const source = await loadedTable();
    const wait = { Prefer: 'wait=1' };
    const [same, empty] = await Promise.all([
      alice.get(source.path, { ...wait, ...holds(source) }),
      alice.get(source.path, { ...wait, 'X-Delta': 'v1-last' }),
    ]);
    expect(told(same)).toEqual([304, 'v1', 'wait=1']);
    // Versions that are named count, and not what a browser puts beside them.
    const named = await alice.get(source.path, { Prefer: 'wait=1', 'X-Delta': 'v1-last', ...holds(source) });
    expect(told(named)).toEqual([200, '"delta v1-v1"', 'wait=1']);
    expect(told(empty)).toEqual([200, '"delta v1-v1"', 'wait=1']);
    expect(await empty.json()).toEqual([{ name: 't', insert_rows: [], delete_ids: [] }]);
  });

  it('and reports the loads that changed nothing meanwhile', async () => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { Prefer: 'wait=5', ...holds(source) });
    await untilHeld(1);
    await loadRows(source, 3, 1, 2);
    expect(told(await answer)).toEqual([304, 'v2', 'wait=5']);
  });

  it('or the token is accepted no more', async () => {
    const source = await loadedTable();
    const passing = new Client({ user: 'alice', expiresInS: -57 });
    expect((await passing.get(source.path, { ...WAIT, ...holds(source) })).status).toBe(304);
  });
});

describe('is answered at once', () => {
  it.each([
    ['what differs already', () => ({ 'If-None-Match': '"another"' }), 200],
    ['every row as an insert', () => ({ 'X-Delta': 'v0-last' }), 200],
    ['a delta with a fixed end', () => ({ 'X-Delta': 'v1-v1' }), 200],
    ['a delta with a fixed end, which is held', (source: Source) => ({ 'X-Delta': 'v1-v1', ...holds(source) }), 200],
    ['a request that names no version', () => ({}), 200],
    ['If-None-Match: *', () => ({ 'If-None-Match': '*' }), 304],
    ['If-Modified-Since', () => ({ 'If-Modified-Since': new Date(Date.now() + 5000).toUTCString() }), 304],
  ])('%s', async (_name, headers, status) => {
    const source = await loadedTable();
    const answer = await alice.get(source.path, { ...WAIT, ...headers(source) });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([status, null]);
  });

  it('HEAD', async () => {
    const source = await loadedTable();
    expect(told(await alice.head(source.path, { ...WAIT, ...holds(source) }))).toEqual([304, 'v1', null]);
  });

  it('X-Delta on what is not a table', async () => {
    const source = await loadedTable({ tables: undefined });
    expect(told(await alice.get(source.path, { ...WAIT, 'X-Delta': 'v1-last' }))).toEqual([200, 'v1', null]);
  });

  it('a version that no load has reached', async () => {
    const source = await loadedTable();
    expect((await alice.get(source.path, { ...WAIT, 'X-Delta': 'v2-last' })).status).toBe(400);
  });
});

describe('a cache that somebody waits for', () => {
  it('is loaded again when it expires', async () => {
    const source = await loadedTable({ ttl_s: 1 });
    await source.origin.answerJson(rowsOf(4));
    expect(told(await alice.get(source.path, { ...WAIT, ...holds(source) }))).toEqual([200, 'v2', 'wait=30']);
  });

  it('is loaded again once, however many wait', async () => {
    const source = await loadedTable();
    await source.origin.answerJson(rowsOf(4));
    const answers = Array.from({ length: 20 }, () => alice.get(source.path, { ...WAIT, ...holds(source) }));
    await untilHeld(20);
    await source.redefine({});
    expect(new Set((await Promise.all(answers)).map(({ headers }) => headers.get('ETag')))).toEqual(
      new Set([tagOf(source, 2)]),
    );
    expect(await source.loads()).toBe(2);
  });

  it('is stale at first: what its revalidation brings is the answer', async () => {
    const source = await loadedTable({ stale_while_revalidate_s: 3600 });
    await source.origin.answerJson(rowsOf(4));
    await source.redefine({});
    expect(told(await alice.get(source.path, { ...WAIT, ...holds(source) }))).toEqual([200, 'v2', 'wait=30']);
    expect(await source.loads()).toBe(2);
  });

  it('expires, and the load that finds nothing new is not an answer yet', async () => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { ...WAIT, ...holds(source) });
    await untilHeld(1);
    await source.redefine({});
    await expect.poll(() => source.loads()).toBe(2);
    await loadRows(source, 4);
    expect(told(await answer)).toEqual([200, 'v3', 'wait=30']);
  });

  it('stays what it is while its origin fails', async () => {
    const source = await loadedTable({ ttl_s: 1, stale_if_error_s: 0, error_ttl_s: 1 });
    await source.origin.answer({ status: 404 });
    const answer = alice.get(source.path, { ...WAIT, ...holds(source) });
    await expect.poll(() => source.loads()).toBeGreaterThan(2);
    await source.origin.answerJson(rowsOf(4));
    expect(told(await answer)).toEqual([200, 'v2', 'wait=30']);
  });

  it('is purged: the load that follows is the answer, though it brings the same rows', async () => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { ...WAIT, 'X-Delta': 'auto', ...holds(source) });
    await untilHeld(1);
    const { key } = cacheIdentity(source.title, {}, null);
    expect((await admin.delete(`/caches/${key}/`)).status).toBe(204);
    expect(told(await answer)).toEqual([200, 'v2', 'wait=30']);
  });

  it('is purged, and not loaded again by the time that N has passed: 202, never 304', async () => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { Prefer: 'wait=5', ...holds(source) });
    await untilHeld(1);
    await source.origin.answer({ hold: true });
    await d1Resources(env.DB).expireAll(source.title, false, Date.now());
    expect((await answer).status).toBe(202);
    await source.origin.answerJson(rowsOf(4));
  });

  it('is deleted with its resource: 404', async () => {
    const source = await loadedTable();
    const answer = alice.get(source.path, { ...WAIT, ...holds(source) });
    await untilHeld(1);
    await d1Resources(env.DB).remove(source.title, null, Date.now());
    expect((await answer).status).toBe(404);
  });

  it('has another origin by now: that one is loaded', async () => {
    const source = await loadedTable();
    await source.origin.answerJson(rowsOf(4));
    const answer = alice.get(source.path, { ...WAIT, ...holds(source) });
    await untilHeld(1);
    await source.redefine({ origin: { url: `${source.origin.url}/other` } });
    expect(told(await answer)).toEqual([200, 'v2', 'wait=30']);
  });
});
