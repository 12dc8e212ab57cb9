/** DESIGN "Hop budget": what one request asks of the stores, counted on the real bindings. The list's row is in sync-records.test.ts. */
import { describe, expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { edgeUrl } from '../../src/stores/edge-cache.ts';
import { countCalls } from '../support/count-calls.ts';
import { loadedTable, loadRows, tagOf, untilHeld } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import { token } from '../support/token.ts';

async function count(path: string, headers: Record<string, string> = {}, post?: unknown) {
  const init = {
    headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json', ...headers },
    ...(post === undefined ? {} : { method: 'POST', body: JSON.stringify(post) }),
  };
  const { calls, response } = await countCalls(API_BASE + path, init);
  return { ...calls, response, status: response.status };
}
const none = { d1: 0, object: 0, r2: 0, queue: 0 };
/** Bodies beyond what an isolate keeps; at the edge they are all the same. */
const LARGE = JSON.stringify('x'.repeat(300_000));

async function loadedSource(members: Parameters<typeof Source.define>[0] = {}) {
  const source = await Source.define(members);
  const { response, status } = await count(source.path);
  expect(status).toBe(200);
  await response.text();
  return { source, etag: response.headers.get('ETag') ?? '' };
}

describe('rpc', () => {
  it('missing: one look-up, one object call by the request that made it, one get', async () => {
    const source = await Source.define();
    const { d1, object, r2, status } = await count(source.path);
    expect({ d1, object, r2, status }).toEqual({ d1: 1, object: 1, r2: 1, status: 200 });
  });

  it.each([
    ['small', JSON.stringify('x')],
    ['large', LARGE],
  ])('200 of a %s body: one look-up at most, and one get of R2 at a location', async (_name, body) => {
    const source = await Source.define();
    await source.origin.answer({ body });
    await count('/cache/refresh/', { Prefer: 'wait=10' }, { resource_title: source.title });
    const first = await count(source.path, { 'X-Device-Id': 'tablet' });
    expect(await first.response.text()).toBe(body);
    // Of a large one the edge gets a read of its own, after the answer.
    expect(first).toMatchObject({ object: 0, r2: body === LARGE ? 2 : 1, queue: 1, status: 200 });
    expect(first.d1).toBeLessThanOrEqual(1);

    const second = await count(source.path, { 'X-Device-Id': 'tablet' });
    expect(await second.response.text()).toBe(body);
    expect(second).toMatchObject({ object: 0, r2: 0, queue: 1, status: 200 });
  });

  it('ranges of a large body that the location has: no get of R2, whatever their length', async () => {
    const source = await Source.define();
    await source.origin.answer({ body: LARGE });
    await count('/cache/refresh/', { Prefer: 'wait=10' }, { resource_title: source.title });
    await (await count(source.path)).response.text();
    for (const last of [99, 100, 200_000]) {
      const ranged = await count(source.path, { Range: `bytes=0-${last}` });
      expect((await ranged.response.text()).length).toBe(last + 1);
      expect(ranged).toMatchObject({ object: 0, r2: 0, status: 206 });
    }
  });

  it('304: one look-up at most, and no get', async () => {
    const { source, etag } = await loadedSource();
    const calls = await count(source.path, { 'If-None-Match': etag, 'X-Device-Id': 'tablet' });
    expect(calls).toMatchObject({ object: 0, r2: 0, queue: 1, status: 304 });
    expect(calls.d1).toBeLessThanOrEqual(1);
  });

  it('delta over k changed versions: one look-up at most, k gets at first, none from the edge cache', async () => {
    const source = await Source.define({ tables: [{ name: 't', rows: '', columns: ['n'] }] });
    const rows = Array.from({ length: 100 }, (_row, n) => ({ n }));
    for (let load = 0; load < 4; load += 1) {
      await source.origin.answerJson(rows.slice(load));
      await count('/cache/refresh/', { Prefer: 'wait=10' }, { resource_title: source.title });
    }
    const delta = async (range: string) => {
      const { response, ...calls } = await count(source.path, { 'X-Delta': range, 'X-Device-Id': 'tablet' });
      expect(response.headers.get('Content-Version')).toBe(`"delta ${range.replace('last', 'v4')}"`);
      expect(calls).toMatchObject({ object: 0, queue: 1, status: 200 });
      expect(calls.d1).toBeLessThanOrEqual(1);
      return calls.r2;
    };
    expect(await delta('v1-last')).toBe(3);
    expect(await delta('v1-last')).toBe(0);
    expect(await delta('v4-last')).toBe(0);
    // As another isolate of the location would find it.
    const { key } = cacheIdentity(source.title, {}, null);
    const kept = await (await caches.open('freshet')).match(`http://freshet.test${edgeUrl('delta', 1, key, 1, 4)}`);
    expect(await kept?.json()).toEqual([{ name: 't', insert_rows: [], delete_ids: [1, 2, 3] }]);
  });

  it('stale: the body at once; one object call a second, by the request that made the look-up', async () => {
    const { source } = await loadedSource({ stale_while_revalidate_s: 3600 });
    await source.origin.answerJson({ n: 2 }, { delay_ms: 500 });
    await source.redefine({});
    const calls = await Promise.all(Array.from({ length: 20 }, () => count(source.path)));
    for (const { d1, object, r2, status } of calls) {
      expect({ r2, status }).toEqual({ r2: 0, status: 200 });
      expect(object).toBeLessThanOrEqual(d1);
    }
    expect(calls.reduce((sum, { object }) => sum + object, 0)).toBeLessThanOrEqual(1);
  });

  it('missing, for many at once: each second of the wait costs one look-up and one object call', async () => {
    const source = await Source.define();
    await source.origin.answerJson({ n: 1 }, { delay_ms: 400 });
    const startedAt = Date.now();
    const calls = await Promise.all(Array.from({ length: 20 }, () => count(source.path)));
    const seconds = Math.ceil((Date.now() - startedAt) / 1000);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
    expect(calls.reduce((sum, { d1 }) => sum + d1, 0)).toBeLessThanOrEqual(1 + seconds);
    expect(calls.reduce((sum, { object }) => sum + object, 0)).toBeLessThanOrEqual(1 + seconds);
  });

  it('live, for many at once: each second of the wait costs one look-up, and no object is kept awake', async () => {
    const WAITING = 200;
    const source = await loadedTable();
    const holds = { Prefer: 'wait=30', 'If-None-Match': tagOf(source, 1) };
    const startedAt = Date.now();
    const calls = Array.from({ length: WAITING }, () => count(source.path, holds));
    await untilHeld(WAITING);
    // Some seconds of it.
    await count(source.path, { ...holds, Prefer: 'wait=3' });
    await loadRows(source, 4);
    const ended = await Promise.all(calls);
    const seconds = Math.ceil((Date.now() - startedAt) / 1000);
    expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: WAITING }, () => 200));
    expect(ended.reduce((sum, { d1 }) => sum + d1, 0)).toBeLessThanOrEqual(1 + seconds);
    expect(ended.reduce((sum, { object }) => sum + object, 0)).toBe(0);
  });

  it('failing: nothing is asked while the failure stands', async () => {
    const source = await Source.define();
    await source.origin.answer({ status: 404 });
    await count(source.path);
    expect(await count(source.path)).toMatchObject({ object: 0, r2: 0, status: 502 });
  });
});

describe('refresh and state', () => {
  it('cost one object call each', async () => {
    const source = await Source.define();
    const refresh = await count('/cache/refresh/', {}, { resource_title: source.title });
    expect(refresh).toMatchObject({ ...none, object: 1, status: 200 });
    const { task_id: taskId } = await refresh.response.json<{ task_id: string }>();
    expect(await count(`/cache/state/?task_id=${taskId}`)).toMatchObject({ ...none, object: 1, status: 200 });
  });

  it('of a task that has ended: none for half a minute once it was told', async () => {
    const source = await Source.define();
    const refresh = await count('/cache/refresh/', { Prefer: 'wait=10' }, { resource_title: source.title });
    const { task_id: taskId } = await refresh.response.json<{ task_id: string }>();
    const path = `/cache/state/?task_id=${taskId}`;
    expect(await count(path)).toMatchObject({ ...none, object: 1, status: 200 });
    expect(await count(path)).toMatchObject({ ...none, object: 0, status: 200 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    // The isolate's copy of the definition, which says whose groups may see it, has run out as well.
    expect(await count(path)).toMatchObject({ ...none, d1: 1, object: 1, status: 200 });
  });
});
