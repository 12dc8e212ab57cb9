import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, send, sendRoot, sendTo, sendUnder } from '../support/client.ts';
import { dereferenced, type OpenApiDocument } from '../support/openapi-contract.ts';
import { TestOrigin } from '../support/origin.ts';

const PATHS = [
  ['/cache', 'GET, HEAD, OPTIONS'],
  ['/cache/refresh', 'POST, OPTIONS'],
  ['/cache/state', 'GET, HEAD, OPTIONS'],
  ['/cache/revoke', 'POST, OPTIONS'],
] as const;

/** The text that the service serves, with what it refers to in place. */
async function openApi(): Promise<OpenApiDocument> {
  const response = await send('/openapi.json');
  expect(response.status).toBe(200);
  return dereferenced(await response.json<OpenApiDocument>());
}

async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const text = await response.text();
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(text).toBe(JSON.stringify(problem));
  expect(Object.keys(problem).slice(0, 4)).toEqual(['type', 'title', 'status', 'detail']);
  expect(problem.status).toBe(response.status);
  return problem;
}

describe.each(PATHS)('%s', (path, allow) => {
  const methods = allow.split(', ');
  const works = methods.includes('GET') ? 'GET' : 'POST';

  it.each(['', '/'])('answers with "%s" at its end, without a redirect', async (slash) => {
    const response = await new Client().send(works, path + slash);
    expect([200, 400]).toContain(response.status);
    expect(response.headers.get('Allow')).toBe(allow);
  });

  it('answers OPTIONS with 204 and what it allows, without identity', async () => {
    const response = await send(`${path}/`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(response.headers.get('Allow')).toBe(allow);
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'].filter((method) => !methods.includes(method)))(
    'answers %s with 405 and what it allows',
    async (method) => {
      const response = await new Client().send(method, `${path}/`);
      expect(response.status).toBe(405);
      expect(response.headers.get('Allow')).toBe(allow);
      if (method !== 'HEAD')
        expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#method-not-allowed' });
    },
  );

  it.each([
    ['a missing token', 401, { query: '', headers: {} }],
    ['a query that repeats a name', 400, { query: '?a=1&a=2', headers: {} }],
    ['a query that is no UTF-8', 400, { query: '?a=%ff', headers: {} }],
  ])('says what it allows when it refuses %s', async (_what, status, { query, headers }) => {
    const response = await send(`${path}/${query}`, { method: works, headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('Allow')).toBe(allow);
  });
});

describe('queries', () => {
  it.each([
    ['a=1&a=2', '/a'],
    ['a=1&%61=2', '/a'],
    ['device=%ff', '/device'],
    ['device=%', '/device'],
    ['device=%zz', '/device'],
    ['device=%ed%a0%80', '/device'],
    ['device=%00', '/device'],
    ['__proto__=1', '/__proto__'],
    ['a~b/c=1', '/a~0b~1c'],
    ['=1', '/'],
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['limit=1.5', '/limit'],
    ['limit=', '/limit'],
    ['limit=99999999999999999999', '/limit'],
    ['device=', '/device'],
    ['expand=all', '/expand'],
  ])('?%s is refused with a pointer', async (query, pointer) => {
    const response = await new Client().get(`/cache/?${query}`);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({
      type: '/docs/problems#invalid-parameters',
      errors: [{ pointer, detail: expect.any(String) }],
    });
  });

  it('are refused the same way where only a body is asked for', async () => {
    const response = await new Client().post('/cache/refresh/?=1', { resource_title: 'none' });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ errors: [{ pointer: '/' }] });
  });

  it.each(['_=1763900000000', '_dc=1763900000000', '_=1&_=2', 'limit=1&_=1', '_dc=1&limit=1'])(
    '?%s has a cache buster, which is ignored',
    async (query) => {
      expect((await new Client().get(`/cache/?${query}`)).status).toBe(200);
      const refreshed = await new Client().post(`/cache/refresh/?${query.replace(/&?limit=1&?/, '')}`, {
        resource_title: 'x',
      });
      expect(refreshed.status).toBe(404);
    },
  );

  it.each(['_=x', '_dc=', '_=1.5', '__=1', '_d=1', '_dc=1x'])('?%s is no cache buster, and refused', async (query) => {
    expect((await new Client().get(`/cache/?${query}`)).status).toBe(400);
  });

  it('with nothing in it is none', async () => {
    expect((await new Client().get('/cache/?')).status).toBe(200);
    expect((await new Client().get('/cache/?&')).status).toBe(200);
  });
});

describe('bodies', () => {
  const refresh = (body: BodyInit, type = 'application/json') =>
    new Client().send('POST', '/cache/refresh/', { 'Content-Type': type }, body);
  /** A body with nothing wrong but its size in bytes. */
  const ofSize = (bytes: number) => JSON.stringify({ resource_title: 'none', a: 'x'.repeat(bytes - 32) });

  it('of 64 KiB are read, one byte more is 413, with a length or without', async () => {
    expect(ofSize(65_536)).toHaveLength(65_536);
    expect((await refresh(ofSize(65_536))).status).toBe(404);
    const streamed = new Blob([ofSize(65_537)]).stream();
    for (const body of [ofSize(65_537), streamed]) {
      const response = await refresh(body);
      expect(response.status).toBe(413);
      expect(response.headers.get('Allow')).toBe('POST, OPTIONS');
      expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#too-large' });
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'multipart/form-data; boundary=x'])(
    'of the type %s are 415',
    async (type) => {
      const response = await refresh('{"resource_title":"none"}', type);
      expect(response.status).toBe(415);
      expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#unsupported-media-type' });
    },
  );

  it.each(['application/json', 'application/json;charset=UTF-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    'of the type %s are read',
    async (type) => {
      expect((await refresh('{"resource_title":"none"}', type)).status).toBe(404);
    },
  );
});

describe('bodies with a content coding', () => {
  const send = (coding: string) =>
    new Client().post('/cache/refresh/', { resource_title: 'none' }, { 'Content-Encoding': coding });

  it.each(['gzip', 'br', 'gzip, identity'])('of %s are 415 (RFC 9110 section 8.4)', async (coding) => {
    const response = await send(coding);
    expect(response.status).toBe(415);
    expect(response.headers.get('Accept-Encoding')).toBe('identity');
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#unsupported-media-type' });
  });

  it('of identity are read', async () => {
    expect((await send('identity')).status).toBe(404);
  });
});

describe('a refusal after the answer was begun', () => {
  it('is kept by nobody: 412 of a GET', async () => {
    const response = await new Client().get('/cache/', { 'If-Match': '"other"' });
    expect(response.status).toBe(412);
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#precondition-failed' });
  });
});

describe('every answer', () => {
  const answers = () =>
    Promise.all([
      new Client().get('/cache/'),
      new Client().get('/nowhere/'),
      send('/cache/'),
      send('/cache/', { method: 'OPTIONS' }),
      sendRoot('/healthz'),
      sendRoot('/'),
    ]);

  it('is marked against sniffing and framing', async () => {
    for (const { headers } of await answers()) {
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
    }
  });

  it('demands TLS from then on where it came that way, and nowhere else (RFC 6797 section 7.2)', async () => {
    for (const { headers } of await answers()) expect(headers.get('Strict-Transport-Security')).toBeNull();
    const secure = await sendTo('https://freshet.test/api/v1/cache/');
    expect(secure.headers.get('Strict-Transport-Security')).toBe('max-age=15552000');
  });

  it('has an X-Request-Id, the one of the request where that has a fair one', async () => {
    const ids = (await answers()).map(({ headers }) => headers.get('X-Request-Id'));
    expect(new Set(ids).size).toBe(ids.length);
    const ask = async (id: string) =>
      (await send('/cache/', { headers: { 'X-Request-Id': id } })).headers.get('X-Request-Id');
    expect(await ask('my-request_1')).toBe('my-request_1');
    expect(await ask('<script>')).not.toBe('<script>');
    expect(await ask('x'.repeat(300))).not.toHaveLength(300);
  });

  it('may be read by any origin, without credentials', async () => {
    for (const { headers } of await answers()) {
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
    }
  });
});

describe('CORS', () => {
  it('tells a preflight what may be sent, for a day', async () => {
    const { status, headers } = await send('/cache/refresh/', {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' },
    });
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Access-Control-Allow-Methods')?.replaceAll(/\s/g, '')).toBe('POST,OPTIONS');
    expect(headers.get('Access-Control-Max-Age')).toBe('86400');
  });

  it.each(['/cache/', '/rpc/none/', '/nowhere/', '/rpc/none/more/', '/whoami'])(
    'lets in any header that is asked for, on %s',
    async (path) => {
      const asked = 'authorization, if-modified-since, traceparent, x-datadog-trace-id, x-delta';
      const { status, headers } = await send(path, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://app.example.com',
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': asked,
        },
      });
      expect(status).toBe(204);
      expect(namesIn(headers.get('Access-Control-Allow-Headers'))).toEqual(namesIn(asked));
      expect(namesIn(headers.get('Access-Control-Allow-Methods'))).toContain('get');
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
    },
  );

  it('answers OPTIONS of an unknown path 404 where it is no preflight', async () => {
    expect((await send('/nowhere/', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('exposes what clients need, of refusals too', async () => {
    for (const response of [await new Client().get('/cache/'), await send('/cache/'), await new Client().get('/x')]) {
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(namesIn(response.headers.get('Access-Control-Expose-Headers'))).toEqual(
        namesIn(
          'ETag, Allow, Content-Version, Cache-Hash-Value, Link, Location, Retry-After, Preference-Applied, Cache-Status, Age, Expires, Content-Range, WWW-Authenticate, X-Request-Id',
        ),
      );
    }
  });

  function namesIn(list: string | null): string[] {
    return (list ?? '')
      .toLowerCase()
      .split(/\s*,\s*/)
      .sort();
  }
});

describe('unknown paths', () => {
  it.each([
    '/api',
    '/api/v1',
    '/api/v1/',
    '/api/v1/nowhere',
    '/api/v1/cache//',
    '/api/v1/CACHE/',
    '/api/v1/cache/%zz/',
  ])('%s is 404 with a problem', async (path) => {
    const response = await sendRoot(path);
    expect(response.status).toBe(404);
    expect(await problemOf(response)).toMatchObject({ type: '/docs/problems#not-found' });
  });
});

describe('the OpenAPI text', () => {
  it('names the address that it is served from, so that what is saved leads back', async () => {
    const { servers } = (await openApi()) as unknown as { servers: { url: string }[] };
    expect(servers.map(({ url }) => url)).toEqual(['http://freshet.test']);
  });

  it('names every path with its methods', async () => {
    const { openapi, paths } = await openApi();
    expect(openapi).toBe('3.1.0');
    for (const [path, allow] of PATHS) {
      const names = allow
        .toLowerCase()
        .split(', ')
        .filter((method) => !['head', 'options'].includes(method));
      expect(Object.keys(paths[`/api/v1${path}/`] ?? {})).toEqual(expect.arrayContaining(names));
    }
  });
});

describe('the OpenAPI text of a route', () => {
  it('names query and headers', async () => {
    const { paths } = await openApi();
    const state = paths['/api/v1/cache/state/']?.get?.parameters?.map(
      (parameter) => `${parameter.in} ${parameter.name}`,
    );
    expect(state?.toSorted()).toEqual([
      'header If-None-Match',
      'header Last-Event-ID',
      'header Prefer',
      'query expand',
      'query task_id',
    ]);
  });

  it('describes problems only as problem+json, and 304 where conditions hold', async () => {
    const { paths } = await openApi();
    for (const [path, operations] of Object.entries(paths)) {
      // Health reports the stores whatever its status.
      if (path === '/healthz') continue;
      for (const [method, { responses }] of Object.entries(operations)) {
        for (const [status, { content }] of Object.entries(responses)) {
          if (Number(status) < 400) continue;
          expect(Object.keys(content ?? {}), `${status} of ${method} ${path}`).toEqual(['application/problem+json']);
        }
        expect(responses.default).toBeDefined();
        const isRead = method === 'get' || path === '/api/v1/rpc/{title}/';
        expect(responses[304] !== undefined, `304 of ${method} ${path}`).toBe(isRead);
      }
    }
  });

  it('tells that data is of any type, and that its parameters may be left out', async () => {
    const { paths } = await openApi();
    const { get, post } = paths['/api/v1/rpc/{title}/'] ?? {};
    for (const operation of [get, post]) {
      expect(Object.keys(operation?.responses[200]?.content ?? {})).toEqual([
        'application/json',
        'text/event-stream',
        '*/*',
      ]);
    }
    expect(Object.keys(get?.responses[206]?.content ?? {})).toEqual(['*/*']);
    expect(post?.requestBody).toMatchObject({ required: false });
    expect(paths['/api/v1/cache/refresh/']?.post?.requestBody).toMatchObject({ required: true });
  });
});

it('leads from the root to the pages for people', async () => {
  const response = await sendUnder({}, '/');
  expect([response.status, response.headers.get('Location')]).toEqual([302, '/docs']);
  expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
});

describe('health', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('reports each store, is kept for 10 s, and is 503 when one fails', async () => {
    // Each step begins after what an earlier request left in the isolate has run out.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const well = await sendRoot('/healthz');
    expect(well.status).toBe(200);
    expect(await well.json()).toEqual({ status: 'ok', stores: { d1: 'ok', r2: 'ok', object: 'ok' }, edge: 'ok' });

    const broken = { BLOBS: { head: () => Promise.reject(new Error('down')) } };
    vi.setSystemTime(Date.now() + 9_000);
    expect((await sendUnder(broken, '/healthz')).status).toBe(200);
    vi.setSystemTime(Date.now() + 2_000);
    const ill = await sendUnder(broken, '/healthz');
    expect(ill.status).toBe(503);
    expect(ill.headers.get('Retry-After')).toBe('10');
    expect(await ill.json()).toEqual({
      status: 'failing',
      stores: { d1: 'ok', r2: 'failing', object: 'ok' },
      edge: 'ok',
    });
    expect((await sendRoot('/healthz')).status).toBe(503);
    vi.setSystemTime(Date.now() + 11_000);
    expect((await sendRoot('/healthz')).status).toBe(200);
  });

  it('tells where the edge keeps nothing of what is put there, which is not a failure', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 200_000 });
    const open = vi.spyOn(Cache.prototype, 'match').mockResolvedValue(undefined);
    try {
      const answer = await sendRoot('/healthz');
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: 'ok', edge: 'keeps nothing' });
    } finally {
      open.mockRestore();
    }
  });

  describe('where no token can be verified', () => {
    const value = 'https://idp.example.com/of-whom';
    let aheadMs = 300_000;
    /** An isolate keeps a check for 10 s. */
    const afterLastCheck = () => {
      aheadMs += 20_000;
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs });
    };
    const SETTINGS: [string, Record<string, string>, RegExp][] = [
      ['without a key', { JWT_SECRET: '' }, /^Exactly one of .* None is set/],
      ['with two', { JWT_PUBLIC_KEY: value }, /JWT_PUBLIC_KEY and JWT_SECRET are set/],
      ['with a short secret', { JWT_SECRET: value }, /JWT_SECRET must have at least 32 bytes/],
      ['with a claim that is no pointer', { JWT_USER_CLAIM: value }, /JWT_USER_CLAIM/],
      ['with a key set and no audience', { JWT_SECRET: '', JWT_JWKS_URL: value }, /JWT_AUDIENCE must be set/],
      ['with a console of an unknown client', { CONSOLE_OIDC_ISSUER: value }, /CONSOLE_OIDC_CLIENT_ID must be set/],
      ['with an origin that has a path', { ORIGIN_HOSTS: value }, /ORIGIN_HOSTS/],
    ];
    it.each(SETTINGS)('%s, it names the setting and not its value', async (_what, settings, names) => {
      afterLastCheck();
      const answer = await sendUnder(settings, '/healthz');
      const text = await answer.text();
      expect(answer.status).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ status: 'misconfigured', settings: [expect.stringMatching(names)] });
      expect(text).not.toContain(value);
    });

    it('because there is no key set, it says so, and is well when there is one', async () => {
      afterLastCheck();
      const origin = new TestOrigin();
      const settings = { JWT_SECRET: '', JWT_JWKS_URL: `${origin.url}/jwks`, JWT_AUDIENCE: '*' };
      await origin.answer({ status: 404 });
      const ill = await sendUnder(settings, '/healthz');
      expect(await ill.json()).toMatchObject({
        status: 'misconfigured',
        settings: [expect.stringMatching(/JWT_JWKS_URL/)],
      });
      await origin.answerJson({ keys: [] });
      afterLastCheck();
      expect(await (await sendUnder(settings, '/healthz')).json()).toMatchObject({ status: 'ok' });
    });
  });

  it('leaves nothing behind', async () => {
    await sendRoot('/healthz');
    expect((await env.BLOBS.list()).objects).toEqual([]);
    expect((await env.DB.prepare('SELECT count(*) AS n FROM entries').first())?.n).toBe(0);
  });
});
