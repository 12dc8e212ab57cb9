/**
 * Who may do what (CONTRACT 1): every route x caller x {shared, private}, with the expected status. The routes are read from
 * the app: one without a row fails.
 */
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { Source as SourceDefinition } from '../../../src/contract/source.ts';
import { Webhook } from '../../../src/contract/webhook.ts';
import { d1Sources } from '../../../src/stores/sources.ts';
import { send, sendRoot } from '../../support/client.ts';
import { Source } from '../../support/sources.ts';
import { bearer } from '../../support/token.ts';
import { services } from '../../support/webhooks.ts';

/** Each has the token that its name says; alice owns what is private, root is nobody's colleague. */
const CALLERS = {
  'no token': null,
  'no scope': { user: 'alice', scope: '' },
  'cache:read': { user: 'alice', scope: 'cache:read' },
  'cache:refresh': { user: 'alice', scope: 'cache:refresh' },
  'the owner': { user: 'alice' },
  'another user': { user: 'bob' },
  'cache:inspect': { user: 'root', scope: 'cache:inspect' },
  'cache:admin': { user: 'root', scope: 'cache:admin' },
} as const;
type Caller = keyof typeof CALLERS;
const callers = Object.keys(CALLERS) as Caller[];

type Kind = 'shared' | 'private';
const KINDS: Kind[] = ['shared', 'private'];

/** A resource with a cache that alice loaded, and the task of that. */
interface Target {
  title: string;
  key: string;
  taskId: string;
}

interface Row {
  path(target: Target): string;
  /** Sent as JSON. */
  body?(target: Target): unknown;
  /** In the order of the callers above: of a shared resource, then of a private one where that differs. */
  shared: number[];
  private?: number[];
}

/** Everybody, also without a token. */
const open = (path: string): Row => ({ path: () => path, shared: [200, 200, 200, 200, 200, 200, 200, 200] });
/** Only cache:admin, whose own status this is. */
const admin = (path: Row['path'], status: number, body?: Row['body']): Row => ({
  path,
  ...(body === undefined ? {} : { body }),
  shared: [401, 403, 403, 403, 403, 403, 403, status],
});
/** Only cache:inspect, which cache:admin contains. */
const inspect = (path: Row['path']): Row => ({ path, shared: [401, 403, 403, 403, 403, 403, 200, 200] });

// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
const hook = { url: `${inject('originUrl')}/nobody`, secrets: ['${ORIGIN_TEST_HOOK}'], resources: ['none'] };
const system = { url: 'https://erp.example.com/' };
const definition = { origin: { url: 'https://erp.example.com/x' } };
const api = (path: (target: Target) => string) => (target: Target) => `/api/v1${path(target)}`;
const rpc: Row = { path: api(({ title }) => `/rpc/${title}/`), shared: [401, 403, 200, 403, 200, 200, 403, 403] };

const syncing: Row = {
  path: () => '/api/v1/sync/',
  body: ({ title }) => ({ caches: [{ id: 'a', resource_title: title }], inline_bytes: 0 }),
  shared: [401, 403, 200, 403, 200, 200, 403, 403],
};

const ROWS: Readonly<Record<string, Row>> = {
  // Its redirect is followed here, to /docs.
  'GET /': open('/'),
  'GET /healthz': open('/healthz'),
  'GET /docs': open('/docs'),
  'GET /docs/problems': open('/docs/problems'),
  'GET /docs/failing': open('/docs/failing'),
  'GET /console/config.json': open('/console/config.json'),
  'GET /console/*': open('/console/caches'),
  'GET /api/v1/openapi.json': open('/api/v1/openapi.json'),

  'GET /api/v1/rpc/:title': rpc,
  'POST /api/v1/rpc/:title': { ...rpc, body: () => ({}) },
  'POST /api/v1/live': { path: api(() => '/live/'), shared: [401, 403, 200, 403, 200, 200, 403, 403] },
  // It takes a ticket, which stands for a token.
  'GET /api/v1/live': { path: api(() => '/live/'), shared: Array(8).fill(426) },
  'GET /api/v1/catalog': { ...rpc, path: api(() => '/catalog/') },
  'GET /api/v1/catalog/:title/openapi.json': { ...rpc, path: api(({ title }) => `/catalog/${title}/openapi.json`) },
  'POST /api/v1/sync': syncing,
  'QUERY /api/v1/sync': syncing,
  'GET /api/v1/whoami': { path: api(() => '/whoami/'), shared: [401, 200, 200, 200, 200, 200, 200, 200] },
  'GET /api/v1/cache': { path: api(() => '/cache/'), shared: [401, 403, 200, 403, 200, 200, 200, 200] },
  'GET /api/v1/devices': { path: api(() => '/devices/'), shared: [401, 403, 200, 403, 200, 200, 200, 200] },
  'POST /api/v1/cache/refresh': {
    path: api(() => '/cache/refresh/'),
    body: ({ title }) => ({ resource_title: title }),
    shared: [401, 403, 403, 200, 200, 200, 403, 403],
  },
  'GET /api/v1/cache/state': {
    path: api(({ taskId }) => `/cache/state/?task_id=${taskId}`),
    shared: [401, 403, 200, 403, 200, 200, 403, 200],
    private: [401, 403, 200, 403, 200, 404, 403, 200],
  },
  // The task has ended: 409 is what is told to those who might have revoked it.
  'POST /api/v1/cache/revoke': {
    path: api(() => '/cache/revoke/'),
    body: ({ taskId }) => ({ task_id: taskId }),
    shared: [401, 403, 403, 409, 409, 403, 403, 409],
    private: [401, 403, 403, 409, 409, 404, 403, 409],
  },

  'GET /api/v1/resources': inspect(api(() => '/resources/')),
  'GET /api/v1/resources/:title': inspect(api(({ title }) => `/resources/${title}/`)),
  'PUT /api/v1/resources/:title': admin(
    api(({ title }) => `/resources/${title}/`),
    200,
    () => definition,
  ),
  'DELETE /api/v1/resources/:title': admin(
    api(({ title }) => `/resources/${title}/`),
    204,
  ),
  'POST /api/v1/resources/:title/refresh': admin(
    api(({ title }) => `/resources/${title}/refresh/`),
    202,
  ),
  'GET /api/v1/resources/:title/stats': inspect(api(({ title }) => `/resources/${title}/stats/`)),
  'POST /api/v1/resources/:title/probe': admin(
    api(({ title }) => `/resources/${title}/probe/`),
    200,
    () => ({}),
  ),
  'GET /api/v1/caches': inspect(api(({ title }) => `/caches/?resource_title=${title}`)),
  'DELETE /api/v1/caches': admin(
    api(({ title }) => `/caches/?resource_title=${title}`),
    200,
  ),
  'GET /api/v1/caches/:key': inspect(api(({ key }) => `/caches/${key}/`)),
  'GET /api/v1/caches/:key/versions': inspect(api(({ key }) => `/caches/${key}/versions/`)),
  'GET /api/v1/caches/:key/tasks': inspect(api(({ key }) => `/caches/${key}/tasks/`)),
  'DELETE /api/v1/caches/:key': admin(
    api(({ key }) => `/caches/${key}/`),
    204,
  ),
  'POST /api/v1/caches/:key/refresh': admin(
    api(({ key }) => `/caches/${key}/refresh/`),
    200,
  ),
  // Nowhere set up here: 501 is what is told to those who might read them.
  'GET /api/v1/stats': { path: api(() => '/stats/?figure=load'), shared: [401, 403, 403, 403, 403, 403, 501, 501] },
  'GET /api/v1/actions': inspect(api(() => '/actions/')),
  'GET /api/v1/webhooks': inspect(api(() => '/webhooks/')),
  'GET /api/v1/webhooks/:name': inspect(api(() => '/webhooks/kept/')),
  'PUT /api/v1/webhooks/:name': admin(
    api(() => '/webhooks/kept/'),
    200,
    () => hook,
  ),
  'DELETE /api/v1/webhooks/:name': admin(
    api(({ title }) => `/webhooks/${title}/`),
    204,
  ),
  'POST /api/v1/webhooks/:name/test': admin(
    api(() => '/webhooks/kept/test/'),
    200,
  ),
  'GET /api/v1/sources': inspect(api(() => '/sources/')),
  'GET /api/v1/sources/:name': inspect(api(() => '/sources/kept/')),
  'PUT /api/v1/sources/:name': admin(
    api(() => '/sources/kept/'),
    200,
    () => system,
  ),
  'DELETE /api/v1/sources/:name': admin(
    api(({ title }) => `/sources/${title}/`),
    204,
  ),
  'DELETE /api/v1/syncs': admin(
    api(() => `/syncs/?user=${crypto.randomUUID()}`),
    200,
  ),
};

/** Method and path of each route of the app, middleware left out. */
const routes = [
  ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)),
];

async function headersOf(caller: Caller): Promise<Record<string, string>> {
  const options = CALLERS[caller];
  return options === null ? {} : bearer(options);
}

async function ask(row: Row, method: string, target: Target, headers: Record<string, string>): Promise<Response> {
  const body = row.body?.(target);
  return sendRoot(row.path(target), {
    method,
    headers: { ...headers, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A target that alice has loaded. */
async function makeTarget(kind: Kind): Promise<Target> {
  const { title } = await Source.define({ scope: kind === 'private' ? 'user' : 'shared' });
  const headers = { ...(await bearer({ user: 'alice' })), 'Content-Type': 'application/json', Prefer: 'wait=20' };
  const body = JSON.stringify({ resource_title: title });
  const refreshed = await send('/cache/refresh/', { method: 'POST', headers, body });
  const { task_id, task_state } = await refreshed.json<{ task_id: string; task_state: string }>();
  expect(task_state).toBe('SUCCESS');
  for (const name of ['kept', title]) {
    await services.webhooks.put(name, v.parse(Webhook, hook), null, 1);
    await d1Sources([env.DB]).put(name, v.parse(SourceDefinition, system), false, null, 1);
  }
  const listed = await send(`/caches/?resource_title=${title}`, {
    headers: await bearer({ user: 'root', scope: 'cache:admin' }),
  });
  const [cache] = await listed.json<{ key: string }[]>();
  return { title, taskId: task_id, key: cache?.key ?? '' };
}

it('every route of the app has a row, and every row is a route', () => {
  expect(Object.keys(ROWS).toSorted()).toEqual(routes.toSorted());
});

describe.each(KINDS)('of a %s resource', (kind) => {
  /** What changes its target has one of its own. */
  const changes = (route: string) => /^(PUT|DELETE) /.test(route);
  const targets = new Map<string, Target>();
  let common: Target;
  beforeAll(async () => {
    const own = Object.keys(ROWS).filter(changes);
    const [first, ...others] = await Promise.all(['', ...own].map(() => makeTarget(kind)));
    common = first as Target;
    for (const [at, target] of others.entries()) targets.set(own[at] ?? '', target);
  });

  it.each(Object.entries(ROWS))('%s', async (route, row) => {
    const method = route.split(' ')[0] ?? '';
    const target = targets.get(route) ?? common;
    const expected = (kind === 'private' ? row.private : undefined) ?? row.shared;
    const found: Record<string, number> = {};
    for (const caller of callers) found[caller] = (await ask(row, method, target, await headersOf(caller))).status;
    expect(found).toEqual(Object.fromEntries(callers.map((caller, at) => [caller, expected[at]])));
  });
});

describe('whatever the route', () => {
  const target: Target = { title: 'none', key: '0'.repeat(64), taskId: crypto.randomUUID() };

  it('OPTIONS needs no token', async () => {
    for (const row of Object.values(ROWS)) expect((await ask(row, 'OPTIONS', target, {})).status).toBe(204);
  });

  it('HEAD needs what GET needs', async () => {
    const gets = Object.entries(ROWS).filter(([route]) => route.startsWith('GET '));
    for (const [, row] of gets) {
      for (const caller of callers) {
        const headers = await headersOf(caller);
        const [get, head] = [await ask(row, 'GET', target, headers), await ask(row, 'HEAD', target, headers)];
        expect(head.status).toBe(get.status);
        expect(await head.text()).toBe('');
        await get.body?.cancel();
      }
    }
  });

  it('a refusal tells nothing of what is there', async () => {
    const there = await makeTarget('private');
    for (const [route, row] of Object.entries(ROWS)) {
      const method = route.split(' ')[0] ?? '';
      for (const caller of ['no token', 'no scope'] as const) {
        const headers = await headersOf(caller);
        const [one, other] = [await ask(row, method, there, headers), await ask(row, method, target, headers)];
        // What needs no scope tells of the token alone.
        if (one.ok && route.endsWith('/whoami')) continue;
        expect(await one.text(), route).toBe(await other.text());
      }
    }
  });
});

describe('what belongs to another user', () => {
  it('is nowhere in the lists of a user, whatever is asked for', async () => {
    const headers = await bearer({ user: 'bob' });
    for (const query of ['user=*', 'user=alice', 'user=alice&expand=resource']) {
      expect((await send(`/cache/?${query}`, { headers })).status).toBe(403);
    }
    expect((await send('/cache/?user=bob', { headers })).status).toBe(200);
  });

  it('cannot be listed by a user who is called "*"', async () => {
    const headers = await bearer({ user: '*' });
    expect((await send('/cache/?user=*', { headers })).status).toBe(403);
    expect(await (await send('/cache/', { headers })).json()).toEqual([]);
  });

  it('is not in the private cache of the same name, nor behind its validators', async () => {
    const target = await makeTarget('private');
    const alices = await send(`/rpc/${target.title}/`, { headers: await bearer({ user: 'alice' }) });
    const etag = alices.headers.get('ETag') ?? '';
    const bobs = { ...(await bearer({ user: 'bob' })), 'If-None-Match': etag };
    const answer = await send(`/rpc/${target.title}/`, { headers: bobs });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ETag')).not.toBe(etag);
    expect(answer.headers.get('Cache-Status')).toContain('fwd=miss');
  });
});
