/** Resources that name groups (CONTRACT 4): to everybody else they are not there, in whatever way they are asked for. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { refreshDue } from '../../src/flows/upkeep/refresh-due.ts';
import { makeServices } from '../../src/services.ts';
import { cachesOf, defineResource, load } from '../support/admin.ts';
import { Client, type Headers } from '../support/client.ts';
import { countCalls } from '../support/count-calls.ts';
import { allEventsIn } from '../support/event-stream.ts';
import { loadedTable, rowsOf, streamOf, tagOf, untilHeld } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import { heldSource, taskIn, untilLoading } from '../support/tasks.ts';
import { bearer } from '../support/token.ts';

const GROUPS = ['sales', 'north'];
const member = new Client({ user: 'alice', groups: ['other', 'north'] });
const stranger = new Client({ user: 'bob', groups: ['Sales', 'sales ', 'other'] });
const admin = new Client({ user: 'root', scope: 'cache:read cache:refresh cache:admin' });
const inspector = new Client({ user: 'eve', scope: 'cache:read cache:refresh cache:inspect', groups: ['other'] });
const closed = (more: Parameters<typeof Source.define>[0] = {}) => Source.define({ groups: GROUPS, ...more });
const WAIT: Headers = { Prefer: 'wait=20' };

afterEach(() => {
  vi.useRealTimers();
});
/** Past what an isolate keeps of a definition. */
const pass30s = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });

const refresh = (client: Client, title: string, headers = WAIT) =>
  client.post('/cache/refresh/', { resource_title: title }, headers);

/** Status, body and headers of an answer, without what every answer has of its own. */
async function bytesOf(answer: Response, title: string) {
  const text = (await answer.text()).replaceAll(title, 'TITLE');
  const headers = [...answer.headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
  return { status: answer.status, text, headers };
}

describe('data of a closed resource', () => {
  it('is there for a token with one of the groups, and for cache:admin', async () => {
    const source = await closed();
    for (const client of [member, admin]) {
      expect((await client.get(source.path)).status).toBe(200);
      expect((await client.post(source.path, {})).status).toBe(200);
    }
  });

  it.each<[string, (client: Client, path: string) => Promise<Response>]>([
    ['GET', (client, path) => client.get(path)],
    ['GET with values', (client, path) => client.get(`${path}?year=x`)],
    ['HEAD', (client, path) => client.head(path)],
    ['POST', (client, path) => client.post(path, { region: 'x' })],
    ['a condition', (client, path) => client.get(path, { 'If-None-Match': '*' })],
    ['a delta', (client, path) => client.get(path, { 'X-Delta': 'v1-last' })],
    ['a held request', (client, path) => client.get(path, { ...WAIT, 'X-Delta': 'v1-last' })],
    ['an event stream', (client, path) => client.get(path, { Accept: 'text/event-stream' })],
  ])('is to everybody else, by %s, what an unknown resource is', async (_how, ask) => {
    const source = await closed();
    expect((await member.get(source.path)).status).toBe(200);
    for (const client of [stranger, inspector, new Client()]) {
      const told = await bytesOf(await ask(client, source.path), source.title);
      expect(told.status).toBe(404);
      const unknown = `unknown-${crypto.randomUUID()}`;
      expect(told).toEqual(await bytesOf(await ask(client, `/rpc/${unknown}/`), unknown));
    }
    expect(await source.loads()).toBe(1);
  });

  it('costs no more calls than what is unknown', async () => {
    const source = await closed();
    const unknown = `/api/v1/rpc/unknown-${crypto.randomUUID()}/`;
    const headers = await bearer({ user: 'bob' });
    for (const path of [`/api/v1${source.path}`, unknown]) await countCalls(path, { headers });
    const [one, other] = [
      await countCalls(`/api/v1${source.path}`, { headers }),
      await countCalls(unknown, { headers }),
    ];
    expect(one.response.status).toBe(404);
    expect(one.calls).toEqual(other.calls);
  });
});

describe('a refresh of a closed resource', () => {
  it('is for its groups and cache:admin; to everybody else it is unknown', async () => {
    const source = await closed();
    for (const client of [member, admin]) expect(await taskIn(await refresh(client, source.title))).toBeDefined();
    const loads = await source.loads();
    const unknown = `unknown-${crypto.randomUUID()}`;
    for (const client of [stranger, inspector]) {
      const told = await bytesOf(await refresh(client, source.title), source.title);
      expect(told.status).toBe(404);
      expect(told).toEqual(await bytesOf(await refresh(client, unknown), unknown));
    }
    expect(await source.loads()).toBe(loads);
  });
});

describe('a task of a closed resource', () => {
  it.each(['', '&expand=task'])('has a state%s for its groups and cache:admin alone', async (query) => {
    const source = await closed();
    const { task_id: id } = await taskIn(await refresh(member, source.title));
    const state = (client: Client, taskId = id, headers: Headers = {}) =>
      client.get(`/cache/state/?task_id=${taskId}${query}`, headers);
    for (const client of [member, admin]) expect((await state(client)).status).toBe(200);
    const unknown = crypto.randomUUID();
    for (const headers of [{}, WAIT, { Accept: 'text/event-stream' }] as Headers[]) {
      const told = await bytesOf(await state(stranger, id, headers), id);
      expect(told.status).toBe(404);
      expect(told).toEqual(await bytesOf(await state(stranger, unknown, headers), unknown));
      expect((await state(inspector, id, headers)).status).toBe(404);
    }
  });

  it('can be revoked by nobody who does not see it', async () => {
    const { source, release } = await heldSource({ groups: GROUPS });
    await refresh(member, source.title, { Prefer: 'respond-async' });
    await untilLoading(source);
    const { task_id: id } = await taskIn(await refresh(member, source.title, { Prefer: 'respond-async' }));
    const revoke = (client: Client, taskId: string) => client.post('/cache/revoke/', { task_id: taskId });
    // The same user, who has left the groups.
    for (const client of [stranger, new Client({ user: 'alice' })]) {
      const told = await bytesOf(await revoke(client, id), id);
      expect(told.status).toBe(404);
      const unknown = crypto.randomUUID();
      expect(told).toEqual(await bytesOf(await revoke(client, unknown), unknown));
    }
    expect(await (await revoke(member, id)).json()).toEqual({ task_id: id, task_state: 'REVOKED' });
    await release();
  });
});

describe('lists', () => {
  async function twoSources(user: string) {
    const [open, shut] = [await Source.define({}, 'a-open'), await closed()];
    const was = new Client({ user, groups: GROUPS });
    for (const source of [open, shut]) {
      expect((await was.get(source.path, { 'X-Device-Id': 'tablet' })).status).toBe(200);
    }
    await expect.poll(async () => (await titles(was)).length).toBe(2);
    return { open, shut, was };
  }
  const titles = async (client: Client, query = '') => {
    const answer = await client.get(`/cache/?expand=resource${query}`);
    expect(answer.status).toBe(200);
    return (await answer.json<{ resource_title: string }[]>()).map(({ resource_title: title }) => title);
  };

  it('leave out what is closed to their reader', async () => {
    const user = `user-${crypto.randomUUID()}`;
    const { open, shut, was } = await twoSources(user);
    expect(await titles(was)).toEqual([open.title, shut.title]);
    const left = new Client({ user, groups: ['other'] });
    expect(await titles(left)).toEqual([open.title]);
    expect(await (await left.get('/cache/')).json()).toHaveLength(1);
    expect(await titles(left, `&resource_title=${shut.title}`)).toEqual([]);
  });

  it('have shorter pages then, and continue', async () => {
    const user = `user-${crypto.randomUUID()}`;
    const { shut } = await twoSources(user);
    const left = new Client({ user });
    const first = await left.get('/cache/?limit=1');
    expect(await first.json()).toHaveLength(1);
    const next = /<\/api\/v1([^>]+)>; rel="next"/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    expect(await (await left.get(next)).json()).toEqual([]);
    const shortFirst = await left.get(`/cache/?limit=1&resource_title=${shut.title}`);
    expect(await shortFirst.json()).toEqual([]);
  });

  it('show cache:inspect and cache:admin the records of all, and the definitions, but no rows', async () => {
    const user = `user-${crypto.randomUUID()}`;
    const { open, shut } = await twoSources(user);
    for (const client of [inspector, admin]) {
      expect(await titles(client, `&user=${user}`)).toEqual([open.title, shut.title]);
      expect((await client.get(`/resources/${shut.title}/`)).status).toBe(200);
      expect(await (await client.get(`/caches/?resource_title=${shut.title}`)).json()).toHaveLength(1);
    }
    expect((await inspector.get(shut.path)).status).toBe(404);
    expect((await inspector.put(`/resources/${shut.title}/`, {})).status).toBe(403);
  });
});

describe('a change of the groups', () => {
  it('takes effect within 30 s, and loads nothing again', async () => {
    const source = await Source.define();
    const etag = (await stranger.get(source.path)).headers.get('ETag');
    await source.redefine({ groups: GROUPS }, false);
    pass30s();
    expect((await stranger.get(source.path)).status).toBe(404);
    const answer = await member.get(source.path);
    expect([answer.status, answer.headers.get('ETag')]).toEqual([200, etag]);
    await source.redefine({}, false);
    pass30s();
    expect((await stranger.get(source.path)).status).toBe(200);
    expect(await source.loads()).toBe(1);
  });

  it('by PUT is no change that matters to loads', async () => {
    const source = await closed();
    const path = `/resources/${source.title}/`;
    const read = await (await admin.get(path)).json<Record<string, unknown>>();
    expect(read.groups).toEqual(GROUPS);
    // What the tests write to the store, their hosts and all, need not be what PUT takes.
    const definition = { ...read, origin: { url: `${source.origin.url}/data` } };
    await admin.put(path, { ...definition });
    await member.get(source.path);
    const put = await admin.put(path, { ...definition, groups: ['other'] });
    expect([put.status, (await put.json<{ groups: unknown }>()).groups]).toEqual([200, ['other']]);
    const answer = await stranger.get(source.path);
    expect([answer.status, answer.headers.get('Content-Version')]).toEqual([200, 'v1']);
    expect((await member.get(source.path)).status).toBe(200);
    expect(await source.loads()).toBe(1);
  });

  it('ends a stream of versions', async () => {
    const source = await loadedTable();
    const stream = streamOf(await stranger.get(source.path, { Accept: 'text/event-stream' }));
    expect((await stream.next()).value).toMatchObject({ id: 'v1' });
    await source.redefine({ groups: GROUPS }, false);
    expect((await stream.next()).done).toBe(true);
  });

  it('ends every wait, as if the resource had gone, and not only of who makes the look-up for all', async () => {
    const source = await loadedTable();
    const headers = { Prefer: 'wait=30', 'If-None-Match': tagOf(source, 1) };
    // More than there are look-ups in the time that they wait.
    const held = Array.from({ length: 60 }, () => stranger.get(source.path, headers));
    await untilHeld(60);
    await source.redefine({ groups: GROUPS }, false);
    expect(new Set((await Promise.all(held)).map(({ status }) => status))).toEqual(new Set([404]));
  });

  it.each([
    ['a load', 'wait=30', (release: () => Promise<void>) => release()],
    ['the end of its wait', 'wait=2', async () => {}],
  ])('shuts out a read that waited for %s meanwhile', async (_what, Prefer, proceed) => {
    const { source, release } = await heldSource();
    const reads = [stranger, member].map((client) => client.get(source.path, { Prefer }));
    await untilLoading(source);
    await source.redefine({ groups: GROUPS }, false);
    pass30s();
    await proceed(release);
    const [shut, open] = await Promise.all(reads);
    expect([shut?.status, (open?.status ?? 0) < 300]).toEqual([404, true]);
  });

  it('ends the stream of a task', async () => {
    const { source, release } = await heldSource();
    const { task_id: id } = await taskIn(await refresh(stranger, source.title, { Prefer: 'respond-async' }));
    await untilLoading(source);
    const events = allEventsIn(await stranger.get(`/cache/state/?task_id=${id}`, { Accept: 'text/event-stream' }));
    await untilHeld(1);
    await source.redefine({ groups: GROUPS }, false);
    expect((await events).map(({ data }) => JSON.parse(data).task_state)).toEqual(['STARTED']);
    await release();
  });

  it('keeps a member in a stream', async () => {
    const source = await loadedTable();
    const stream = streamOf(await member.get(source.path, { Accept: 'text/event-stream' }));
    expect((await stream.next()).value).toMatchObject({ id: 'v1' });
    await source.redefine({ groups: ['north'] }, false);
    await source.origin.answerJson(rowsOf(7));
    await refresh(member, source.title);
    expect((await stream.next()).value).toMatchObject({ id: 'v2' });
  });
});

describe('the members of a definition', () => {
  it.each([[], ['sales', ''], 'sales', [7], Array.from({ length: 65 }, (_, n) => `g${n}`), null])(
    'are no groups: %j',
    async (groups) => {
      const title = `r-${crypto.randomUUID()}`;
      const answer = await admin.put(`/resources/${title}/`, { origin: { url: 'https://erp.example.com/' }, groups });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('"pointer":"/groups');
    },
  );

  it('may be 64 groups', async () => {
    const title = `r-${crypto.randomUUID()}`;
    const groups = Array.from({ length: 64 }, (_, n) => `g ${n}`);
    const definition = { origin: { url: 'https://erp.example.com/' }, groups };
    expect((await admin.put(`/resources/${title}/`, definition)).status).toBe(201);
  });
});

it('a schedule needs no group', async () => {
  const { title } = await defineResource({ schedule: '0 * * * *', groups: GROUPS });
  await load(title, {}, member);
  const [cache] = await cachesOf(title);
  const services = makeServices(env, () => {});
  await services.entries.touch([{ key: cache?.key ?? '', hour: Math.floor(Date.now() / 3_600_000) * 3_600_000 }]);
  await refreshDue(services, Date.now() + 3_600_000, { pauseMs: 0 });
  await expect.poll(async () => (await cachesOf(title))[0]?.version).toBe(2);
});

it('waits end with the token', async () => {
  const { source, release } = await heldSource();
  const started = await taskIn(await refresh(member, source.title, { Prefer: 'respond-async' }));
  const brief = new Client({ user: 'bob', expiresInS: -57 });
  const [read, waiting, state] = await Promise.all([
    brief.get(source.path, { Prefer: 'wait=30' }),
    refresh(brief, source.title, { Prefer: 'wait=30' }),
    brief.get(`/cache/state/?task_id=${started.task_id}`, { Prefer: 'wait=30' }),
  ]);
  expect(read.status).toBe(202);
  expect((await taskIn(waiting)).task_state).not.toBe('SUCCESS');
  expect((await taskIn(state)).task_state).not.toBe('SUCCESS');
  await release();
});
