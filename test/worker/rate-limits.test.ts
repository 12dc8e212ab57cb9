/** Limits (CONTRACT 6, 429) of a user and a cache, by the platform's binding. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { newTaskId, objectNameOfKey } from '../../src/core/task-id.ts';
import { makeServices } from '../../src/services.ts';
import { type Limit, rateLimits } from '../../src/stores/rate-limits.ts';
import { sendUnder } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { newCache } from '../support/loads.ts';
import { Source } from '../support/sources.ts';
import { bearer } from '../support/token.ts';

type Settings = Record<string, unknown>;

/** Requests of one user under certain limits. */
function clientUnder(settings: Settings, user = unique('user')) {
  const send = async (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
    sendUnder(settings, API_BASE + path, { ...init, headers: { ...(await bearer({ user })), ...headers } });
  return {
    list: () => send('/cache/'),
    state: () => send(`/cache/state/?task_id=${newTaskId(newCache().key)}`),
    read: (source: Source, headers: Record<string, string> = {}) => send(source.path, {}, headers),
    refresh: (source: Source, values: Record<string, unknown> = {}) =>
      send(
        '/cache/refresh/',
        { method: 'POST', body: JSON.stringify({ resource_title: source.title, ...values }) },
        { Prefer: 'respond-async', 'Content-Type': 'application/json' },
      ),
  };
}

async function statuses(...requests: (() => Promise<Response>)[]): Promise<number[]> {
  const all: number[] = [];
  for (const request of requests) all.push((await request()).status);
  return all;
}
const times = <T>(n: number, value: T) => Array.from({ length: n }, () => value);

it('a user beyond the limit is told when to come back, and others continue', async () => {
  const settings = lowered('USER_REQUESTS', 3);
  const { refused, other } = await inOnePeriod(async () => {
    const alice = clientUnder(settings);
    expect(await statuses(...times(3, alice.list))).toEqual([200, 200, 200]);
    return { refused: await alice.list(), other: await clientUnder(settings).list() };
  });
  expect(other.status).toBe(200);
  expect(refused.headers.get('Retry-After')).toBe('60');
  expect(refused.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
  expect(await refused.json()).toEqual({
    type: '/docs/problems#rate-limited',
    title: 'Too many requests',
    status: 429,
    detail: 'You have sent too many requests within a minute.',
  });
});

it('questions for tasks that never were count as well: each would make an object', async () => {
  const all = await inOnePeriod(() => statuses(...times(3, clientUnder(lowered('USER_REQUESTS', 2)).state)));
  expect(all).toEqual([404, 404, 429]);
});

it('refreshes of a user are limited, while what they hold is read on', async () => {
  const all = await inOnePeriod(async () => {
    const source = await Source.define();
    const alice = clientUnder(lowered('USER_LOADS', 2));
    const [first] = await statuses(() => alice.read(source));
    return [first, ...(await statuses(...times(2, () => alice.refresh(source)), () => alice.read(source), alice.list))];
  });
  expect(all.slice(-3)).toEqual([429, 200, 200]);
});

it('a read that must load is limited like a refresh, and asks nobody', async () => {
  const source = await Source.define({ parameters: { type: 'object', properties: { year: { type: 'integer' } } } });
  const [first, second] = await inOnePeriod(async () => {
    const alice = clientUnder(lowered('USER_LOADS', 1));
    await source.redefine({});
    return [await alice.refresh(source), await alice.read({ path: `${source.path}?year=${Date.now()}` } as Source)];
  });
  expect([first?.status, second?.status]).toEqual([200, 429]);
  expect((await source.origin.requests()).filter(({ path }) => path.includes('year='))).toEqual([]);
});

it('instead of a load that may not be asked for, a stale body stands as long as it may', async () => {
  const source = await Source.define({ stale_if_error_s: 3600 });
  const answer = await inOnePeriod(async () => {
    const alice = clientUnder({ ...lowered('USER_LOADS', 1), ENTRY_CACHE_MS: '0' });
    expect((await clientUnder({}).read(source)).status).toBe(200);
    expect((await alice.refresh(await Source.define())).status).toBe(200);
    await source.redefine({});
    return alice.read(source);
  });
  expect([answer.status, answer.headers.get('Cache-Status'), await answer.text()]).toEqual([
    200,
    'freshet; fwd=stale',
    '{"n":1}',
  ]);
});

it('all users of one cache together are limited, those of another continue', async () => {
  const all = await inOnePeriod(async () => {
    const [one, other] = [await Source.define(), await Source.define()];
    const settings = lowered('CACHE_LOADS', 2);
    const asking = (source: Source) => () => clientUnder(settings).refresh(source);
    return statuses(asking(one), asking(one), asking(one), asking(other));
  });
  expect(all).toEqual([200, 200, 429, 200]);
});

it('a version that nobody knows is limited like a refresh, for it is asked for at the object', async () => {
  const all = await inOnePeriod(async () => {
    const source = await Source.define();
    const alice = clientUnder(lowered('USER_LOADS', 2));
    const naming = () =>
      alice.read(source, { 'If-None-Match': `"${newCache().key.slice(0, 16)}-v9"`, 'X-Delta': 'v0-v9' });
    return statuses(() => alice.read(source), naming, naming);
  });
  expect(all).toEqual([200, 400, 429]);
});

describe('caches that nobody had before', () => {
  const open = { parameters: { type: 'object', properties: { year: { type: 'integer' } } } };
  /** The cache of a year, read or refreshed. */
  const ofYear = (source: Source, year: number) => ({
    key: cacheIdentity(source.title, { year }, null).key,
    read: { path: `${source.path}?year=${year}` } as Source,
    body: { resource_title: source.title, year },
  });
  /** Whether D1 or the object knows of a cache. */
  async function isMade(key: string): Promise<boolean> {
    const stub = env.CACHE_OBJECT.getByName(objectNameOfKey(key));
    const tables = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'keys'").toArray(),
    );
    return tables.length > 0 || (await makeServices(env, () => {}).entries.find(key)) !== null;
  }

  it.each([
    [
      'refreshed',
      async (client: ReturnType<typeof clientUnder>, source: Source, year: number) => client.refresh(source, { year }),
    ],
    [
      'read',
      async (client: ReturnType<typeof clientUnder>, source: Source, year: number) =>
        client.read(ofYear(source, year).read),
    ],
  ])('are limited a user, and leave no trace beyond it, when they are %s', async (_how, ask) => {
    const { source, all, other } = await inOnePeriod(async () => {
      const source = await Source.define(open);
      const settings = lowered('NEW_CACHES', 2);
      const alice = clientUnder(settings);
      const all: Response[] = [];
      for (const year of [1, 2, 3, 2]) all.push(await ask(alice, source, year));
      return { source, all, other: await ask(clientUnder(settings), source, 3) };
    });
    // Theirs, and those of others, go on.
    expect([...all, other].map(({ status }) => status)).toEqual([200, 200, 429, 200, 200]);
    expect(await all[2]?.json()).toMatchObject({
      detail: 'You have asked for too many new caches within a minute.',
    });
    expect(await isMade(ofYear(source, 2).key)).toBe(true);
  });

  it.each(['refresh', 'read'] as const)('beyond the limit make neither row nor document: by %s', async (how) => {
    const source = await Source.define(open);
    const alice = clientUnder(lowered('NEW_CACHES', 0));
    const answer = how === 'read' ? alice.read(ofYear(source, 1).read) : alice.refresh(source, { year: 1 });
    expect((await answer).status).toBe(429);
    expect(await isMade(ofYear(source, 1).key)).toBe(false);
  });

  it('cost a refresh a second object call, others none', async () => {
    const source = await Source.define(open);
    const headers = { ...(await bearer({ user: unique('user') })), 'Content-Type': 'application/json' };
    const refresh = () =>
      countCalls(
        `${API_BASE}/cache/refresh/`,
        { method: 'POST', headers, body: JSON.stringify(ofYear(source, 1).body) },
        { RATE_LIMITS: 'on' },
      );
    expect((await refresh()).calls).toMatchObject({ d1: 0, object: 2 });
    expect((await refresh()).calls).toMatchObject({ d1: 0, object: 1 });
  });
});

it('a refusal costs no call of a store', async () => {
  const headers = await bearer({ user: unique('user') });
  const { calls, response } = await countCalls(`${API_BASE}/cache/`, { headers }, lowered('USER_REQUESTS', 0));
  expect(response.status).toBe(429);
  expect(calls).toEqual({ d1: 0, object: 0, r2: 0, queue: 0 });
});

it('refreshes are limited as wrangler.toml says', async () => {
  const counted = await inOnePeriod(() => exhaust('USER_LOADS', unique('user')));
  expect(counted).toBe(600);
});

it('RATE_LIMITS=off lifts them', async () => {
  const settings = { ...lowered('USER_REQUESTS', 0), RATE_LIMITS: 'off' };
  expect((await clientUnder(settings).list()).status).toBe(200);
  const wrong = await clientUnder({ RATE_LIMITS: 'none' }).list();
  expect(await wrong.json()).toMatchObject({
    status: 500,
    detail: 'The setting RATE_LIMITS must be on or off. Tell the operator of this service.',
  });
});

it.each([
  ['throws', () => Promise.reject(new Error('no counter today'))],
  ['hangs', () => new Promise<never>(() => {})],
])('a counter that %s limits nobody', async (_how, limit) => {
  expect((await clientUnder({ RATE_LIMITS: 'on', USER_REQUESTS: { limit } }).list()).status).toBe(200);
});

it('a binding that is not there limits nobody', async () => {
  expect(
    (await clientUnder({ RATE_LIMITS: 'on', USER_REQUESTS: undefined, USER_LOADS: undefined }).list()).status,
  ).toBe(200);
});

it('a refusal is told to the log once a period and limit', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  let now = 1_000_000;
  const limits = rateLimits({ USER_LOADS: { limit: async () => ({ success: false }) } }, { now: () => now });
  const user = unique('user');
  for (const at of [0, 59_000, 60_000]) {
    now = 1_000_000 + at;
    await expect(limits.countLoad(user, 'k')).rejects.toMatchObject({ code: 'rate-limited' });
  }
  const lines = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
  warn.mockRestore();
  expect(lines).toEqual(times(2, { level: 'warn', event: 'rate_limit.refused', limit: 'USER_LOADS', user }));
});

/** Counts until the limit refuses; how many it let pass. */
async function exhaust(limit: Limit, key: string): Promise<number> {
  let passed = 0;
  for (;;) {
    const outcomes = await Promise.all(times(100, env[limit]).map((limiter) => limiter.limit({ key })));
    const successes = outcomes.filter(({ success }) => success).length;
    passed += successes;
    if (successes < outcomes.length) return passed;
  }
}
