/** An isolate that holds as many requests as it may, of all or of one user, answers further ones at once. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { digestTag } from '../../src/core/etag.ts';
import { type Hold, type HoldKind, heldRequests, MAX_HELD } from '../../src/flows/live/held-requests.ts';
import { makeServices } from '../../src/services.ts';
import { Client, sendUnder } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { allEventsIn } from '../support/event-stream.ts';
import { loadedTable, tagOf } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import { heldSource, taskIn, untilLoading } from '../support/tasks.ts';
import { bearer } from '../support/token.ts';

// Shorter than the requested waits: a request that is held nevertheless fails the test.
vi.setConfig({ testTimeout: 10_000 });

const alice = new Client({ user: 'alice' });
let holds: Hold[] = [];

/** Takes all the room that requests of a kind may still have. */
function crowd(kind: HoldKind = 'load'): void {
  for (;;) {
    const hold = heldRequests.enter({ user: 'crowd', kind, until: Date.now() + 60_000 }, MAX_HELD, Date.now());
    if (typeof hold !== 'object') return;
    holds.push(hold);
  }
}
beforeEach(() => {
  holds = [];
});
afterEach(() => {
  for (const hold of holds) hold.release();
  expect(heldRequests.count).toBe(0);
});

const refresh = (source: Source, prefer: string) =>
  alice.post('/cache/refresh/', { resource_title: source.title }, { Prefer: prefer });

it('a refresh is accepted and answered with its task', async () => {
  const { source } = await heldSource();
  crowd();
  expect(['PENDING', 'STARTED']).toContain((await taskIn(await refresh(source, 'wait=15'))).task_state);
});

it('a wait for a task is answered with the task as it is', async () => {
  const { source } = await heldSource();
  const { task_id: id } = await taskIn(await refresh(source, 'respond-async'));
  await untilLoading(source);
  crowd();
  const answer = await alice.get(`/cache/state/?task_id=${id}`, { Prefer: 'wait=15' });
  expect(await taskIn(answer)).toEqual({ task_id: id, task_state: 'STARTED' });
});

it('an event stream tells the state, when to come back, and ends', async () => {
  const { source } = await heldSource();
  const { task_id: id } = await taskIn(await refresh(source, 'respond-async'));
  await untilLoading(source);
  crowd();
  const answer = await alice.get(`/cache/state/?task_id=${id}`, { Accept: 'text/event-stream' });
  const data = `{"task_id":"${id}","task_state":"STARTED"}`;
  expect([answer.status, await answer.text()]).toEqual([
    200,
    `retry: 10000\n\nevent: state\ndata: ${data}\nid: ${digestTag(data)}\n\n`,
  ]);
});

it('a read that waits for something newer is answered as if N had passed', async () => {
  const source = await loadedTable();
  crowd();
  const holds = { 'If-None-Match': tagOf(source, 1) };
  const answer = await alice.get(source.path, { Prefer: 'wait=15', ...holds });
  expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([304, null]);
});

it('a stream of versions tells what is known, when to come back, and ends', async () => {
  const source = await loadedTable();
  crowd();
  const answer = await alice.get(source.path, { Accept: 'text/event-stream' });
  expect(await answer.text()).toMatch(/^retry: 10000\n\nevent: version\ndata: \{"version":1,[^\n]*\nid: v1\n\n$/);
});

it('a first read asks for the load and tells its task, a further one tells it without asking', async () => {
  const { source } = await heldSource();
  crowd();
  const [first, second] = [await alice.get(source.path), await alice.get(source.path)];
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
  expect(await source.loads()).toBeLessThanOrEqual(1);
});

it('a read whose task nobody knows is sent away for a second, and costs the object no call', async () => {
  const source = await Source.define();
  const settings = { ENTRY_CACHE_MS: '60000' };
  const context = createExecutionContext();
  const { lookup } = makeServices({ ...env, ...settings }, (work) => context.waitUntil(work), {
    url: 'http://freshet.test/',
    requestId: 'look-up',
  });
  await lookup.find(cacheIdentity(source.title, {}, null).key, source.title);
  await waitOnExecutionContext(context);
  crowd();
  const { calls, response } = await countCalls(API_BASE + source.path, { headers: await bearer() }, settings);
  expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
  expect(await response.json()).toMatchObject({ type: '/docs/problems#overloaded' });
  expect(calls.object).toBe(0);
});

it('a request that need not be held is answered as usual', async () => {
  const source = await Source.define();
  expect((await alice.get(source.path)).status).toBe(200);
  crowd();
  expect((await alice.get(source.path)).status).toBe(200);
});

it('a stream that ends gives its room back', async () => {
  const source = await Source.define();
  const { task_id: id } = await taskIn(await refresh(source, 'wait=10'));
  const answer = await alice.get(`/cache/state/?task_id=${id}`, { Accept: 'text/event-stream' });
  expect(await allEventsIn(answer)).not.toHaveLength(0);
  expect(heldRequests.count).toBe(0);
});

it('streams and waits for news leave room to those who wait for loads', async () => {
  const [source, loaded] = [await Source.define(), await loadedTable()];
  crowd('news');
  const stream = await alice.get(loaded.path, { Accept: 'text/event-stream' });
  expect(await stream.text()).toMatch(/^retry: 10000\n/);
  expect((await alice.get(source.path)).status).toBe(200);
});

it('a user who holds as many as they may is answered at once, others are held', async () => {
  const settings = { RATE_LIMITS: 'on', HELD_PER_USER: '2' };
  const source = await loadedTable();
  const [user, other] = [unique('user'), unique('user')];
  const asking = async (name: string, headers: Record<string, string>) =>
    sendUnder(settings, API_BASE + source.path, { headers: { ...(await bearer({ user: name })), ...headers } });
  const holding = { 'If-None-Match': tagOf(source, 1), Prefer: 'wait=1' };

  const waits = [asking(user, holding), asking(user, holding)];
  await expect.poll(() => heldRequests.count).toBe(2);
  const refused = await asking(user, holding);
  const stream = await asking(user, { Accept: 'text/event-stream' });
  expect([refused.status, refused.headers.get('Preference-Applied')]).toEqual([304, null]);
  expect(await stream.text()).toMatch(/^retry: 10000\n/);
  const held = await asking(other, holding);
  expect([held.status, held.headers.get('Preference-Applied')]).toEqual([304, 'wait=1']);
  await Promise.all(waits);
});
