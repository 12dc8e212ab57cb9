/** What the platform refuses is a 503 with Retry-After for the client, never a bare 500. */
import { afterEach, expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { newTaskId } from '../../src/core/task-id.ts';
import { sendUnder } from '../support/client.ts';
import { newCache } from '../support/loads.ts';
import { refusing } from '../support/refusing.ts';
import { sampleResource } from '../support/resources.ts';
import { Source } from '../support/sources.ts';
import { bearer } from '../support/token.ts';

afterEach(() => {
  vi.useRealTimers();
});

const SCOPE = 'cache:read cache:refresh cache:admin';
const D1_OVERLOADED = 'D1_ERROR: D1 DB is overloaded. Too many requests queued.';
const D1_DAILY =
  "D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC) to continue.";
const OBJECT_DAILY = 'Exceeded allowed rows written in Durable Objects free tier.';
const key = newCache().key;

async function ask(settings: Record<string, unknown>, method: string, path: string, body?: unknown) {
  const headers = { ...(await bearer({ user: 'root', scope: SCOPE })), 'Content-Type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return sendUnder(settings, API_BASE + path, init);
}

async function expectRefusal(answer: Response): Promise<number> {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = await answer.json<{ type: string; detail: string }>();
  expect(problem.type).toBe('/docs/problems#overloaded');
  // Nothing of what the platform said.
  expect(problem.detail).not.toMatch(/D1|SQLITE|Durable|tier|queued|\d{5}/);
  return Number(answer.headers.get('Retry-After'));
}

it.each([
  ['GET', '/cache/', undefined],
  ['GET', '/cache/?expand=resource', undefined],
  ['POST', '/cache/refresh/', { resource_title: 'never-read-here' }],
  ['GET', '/rpc/never-read-there/', undefined],
  ['GET', '/resources/', undefined],
  ['GET', '/resources/some/', undefined],
  ['PUT', '/resources/some/', sampleResource()],
  ['DELETE', '/resources/some/', undefined],
  ['POST', '/resources/some/refresh/', undefined],
  ['GET', '/caches/', undefined],
  ['GET', `/caches/${key}/`, undefined],
  ['DELETE', '/caches/?resource_title=some', undefined],
  ['POST', `/caches/${key}/refresh/`, undefined],
  ['DELETE', '/syncs/?user=some', undefined],
])('%s %s, when D1 refuses', async (method, path, body) => {
  expect(await expectRefusal(await ask({ DB: refusing(D1_OVERLOADED) }, method, path, body))).toBe(5);
  expect(await expectRefusal(await ask({ DB: refusing(D1_DAILY) }, method, path, body))).toBeGreaterThan(0);
});

it.each([
  ['GET', `/cache/state/?task_id=${newTaskId(key)}`, undefined],
  ['POST', '/cache/revoke/', { task_id: newTaskId(key) }],
  ['DELETE', `/caches/${key}/`, undefined],
])('%s %s, when the object refuses', async (method, path, body) => {
  const overloaded = { CACHE_OBJECT: refusing('Durable Object is overloaded.', { overloaded: true, retryable: true }) };
  expect(await expectRefusal(await ask(overloaded, method, path, body))).toBe(5);
  const daily = await ask({ CACHE_OBJECT: refusing(OBJECT_DAILY, { remote: true }) }, method, path, body);
  expect(await expectRefusal(daily)).toBeGreaterThan(5);
});

it('a refresh and a first read, when the object refuses', async () => {
  const source = await Source.define();
  const settings = { CACHE_OBJECT: refusing('Durable Object is overloaded.', { overloaded: true }) };
  expect(await expectRefusal(await ask(settings, 'POST', '/cache/refresh/', { resource_title: source.title }))).toBe(5);
  expect(await expectRefusal(await ask(settings, 'GET', source.path))).toBe(5);
});

it('a body of which R2 refuses to tell', async () => {
  const source = await Source.define();
  await source.origin.answer({ body: JSON.stringify('x'.repeat(300_000)) });
  // A HEAD loads it, but takes no body to the edge.
  expect((await ask({}, 'HEAD', source.path)).status).toBe(200);
  const refused = { BLOBS: refusing('get: We encountered an internal error. Please try again. (10001)') };
  expect(await expectRefusal(await ask(refused, 'GET', source.path))).toBe(1);
  expect((await ask({}, 'GET', source.path)).status).toBe(200);
});

it('a read while D1 refuses: what was last known for an hour after D1 told it, then 503', async () => {
  const source = await Source.define({ ttl_s: 86_400 });
  expect((await ask({}, 'GET', source.path)).status).toBe(200);
  const knownAt = Date.now();
  const later = (minutes: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: knownAt + minutes * 60_000 });
    return ask({ DB: refusing(D1_OVERLOADED) }, 'GET', source.path);
  };
  for (const minutes of [2, 30, 59]) expect((await later(minutes)).status).toBe(200);
  expect(await expectRefusal(await later(61))).toBe(5);
  expect((await ask({}, 'GET', source.path)).status).toBe(200);
});

it('a fault of the service stays a bare 500', async () => {
  const answer = await ask({ DB: refusing('D1_ERROR: no such column: x: SQLITE_ERROR') }, 'GET', '/cache/');
  expect([answer.status, answer.headers.get('Retry-After')]).toEqual([500, null]);
});
