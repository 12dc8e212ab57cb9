/**
 * What leaves the service beside the data: headers, which browsers and caches on the way act on, and lines of the log
 * (CONTRACT 6). The headers that every answer has stand in ../http-base.test.ts.
 */
import { env } from 'cloudflare:workers';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { admin, cachesOf, defineResource, load } from '../../support/admin.ts';
import { Client, send, sendRoot, sendUnder } from '../../support/client.ts';
import { sampleResource } from '../../support/resources.ts';
import { Source } from '../../support/sources.ts';
import { bearer, token } from '../../support/token.ts';

const alice = new Client({ user: 'alice' });
const NOT_SET =
  'The secret ORIGIN_NOT_SET is not set. Set it with npx wrangler secret put ORIGIN_NOT_SET, or under npm start with a line ORIGIN_NOT_SET=… in .dev.vars.';
const NO_TASK = '00000000-0000-8000-8000-000000000000';

/** One answer of each kind: data, lists, tasks, refusals, pages. */
async function answersTo(headers: Record<string, string>, source: Source): Promise<Map<string, Response>> {
  const asked: [string, string, boolean][] = [
    ['GET', `/api/v1${source.path}`, true],
    ['HEAD', `/api/v1${source.path}`, true],
    ['GET', '/api/v1/cache/?limit=1', true],
    ['GET', '/api/v1/cache/', false],
    ['GET', '/api/v1/cache/?nothing=1', true],
    ['GET', `/api/v1/cache/state/?task_id=${NO_TASK}`, true],
    ['PUT', '/api/v1/cache/', true],
    ['GET', '/api/v1/resources/', true],
    ['GET', '/api/v1/nowhere/', true],
    ['GET', '/api/v1/openapi.json', false],
    ['GET', '/healthz', false],
    ['GET', '/docs', false],
    ['GET', '/docs/problems', false],
    ['OPTIONS', '/api/v1/cache/refresh/', false],
  ];
  const own = await bearer({ user: 'alice' });
  const answers = await Promise.all(
    asked.map(([method, path, known]) => sendRoot(path, { method, headers: { ...(known ? own : {}), ...headers } })),
  );
  return new Map(asked.map(([method, path, known], at) => [`${method} ${path} ${known}`, answers[at] as Response]));
}

describe('other web sites', () => {
  it.each(['https://evil.example', 'null', 'http://freshet.test.evil.example', 'https://freshet.test', ''])(
    'of the origin %j are never told that they may send credentials',
    async (Origin) => {
      const source = await Source.define();
      const preflight = {
        Origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization, cookie',
      };
      for (const headers of [{ Origin, Cookie: 'session=1' }, preflight]) {
        for (const [asked, answer] of await answersTo(headers, source)) {
          expect(answer.headers.get('Access-Control-Allow-Origin'), asked).toBe('*');
          expect(answer.headers.get('Access-Control-Allow-Credentials'), asked).toBeNull();
          // Whatever was asked for, by name: a page cannot set Cookie, and is never let send the browser's own.
          expect(['authorization,cookie', null], asked).toContain(answer.headers.get('Access-Control-Allow-Headers'));
          expect(answer.headers.get('Access-Control-Allow-Private-Network'), asked).toBeNull();
        }
      }
    },
  );

  it('get no cookies from us, and those they send change nothing', async () => {
    const source = await Source.define();
    await source.origin.answer({ body: '{}', headers: { 'Set-Cookie': 'session=1' } });
    for (const [asked, answer] of await answersTo({ Cookie: `token=${await token()}` }, source)) {
      expect(answer.headers.get('Set-Cookie'), asked).toBeNull();
      if (asked === 'GET /api/v1/cache/ false') expect(answer.status).toBe(401);
    }
  });

  it('may neither frame nor sniff, and scripts of an origin do not run', async () => {
    const source = await Source.define();
    await source.origin.answer({ body: '<script>alert(1)</script>', headers: { 'Content-Type': 'text/html' } });
    for (const [asked, { headers }] of await answersTo({}, source)) {
      expect(headers.get('X-Content-Type-Options'), asked).toBe('nosniff');
      expect(headers.get('X-Frame-Options'), asked).toBe('SAMEORIGIN');
      expect(headers.get('Referrer-Policy'), asked).toBe('no-referrer');
      expect(headers.get('Server') ?? headers.get('X-Powered-By'), asked).toBeNull();
      if (asked.includes('/rpc/')) expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
      if (asked.includes('/docs'))
        expect(headers.get('Content-Security-Policy') ?? '', asked).toMatch(/^default-src 'none'; script-src 'self';/);
    }
  });
});

describe('caches on the way', () => {
  const MARK = 'evil-mark.example';

  it('may keep nothing but the pages, which are alike for everybody', async () => {
    for (const [asked, { headers, status }] of await answersTo({}, await Source.define())) {
      const control = headers.get('Cache-Control') ?? '';
      if (asked.includes('OPTIONS') || (status === 200 && asked.includes('/docs'))) continue;
      expect(control, asked).toMatch(/no-store|private/);
      expect(control, asked).not.toMatch(/public|s-maxage/);
    }
  });

  it.each([
    ...[
      'X-Forwarded-Host',
      'X-Forwarded-Proto',
      'X-Forwarded-Scheme',
      'X-Forwarded-Port',
      'X-Forwarded-Prefix',
      'X-Host',
    ],
    ...[
      'X-Forwarded-Server',
      'Forwarded',
      'X-Original-URL',
      'X-Rewrite-URL',
      'X-HTTP-Method-Override',
      'X-Method-Override',
    ],
    ...[
      'True-Client-IP',
      'CF-Connecting-IP',
      'X-Real-IP',
      'Via',
      'Referer',
      'User-Agent',
      'X-Original-Host',
      'Accept-Language',
    ],
  ])('cannot be poisoned by %s: it is neither obeyed nor repeated', async (name) => {
    const source = await Source.define();
    await alice.get(source.path);
    const value = name.includes('Method') ? 'DELETE' : name.includes('URL') ? `/docs/problems?${MARK}` : MARK;
    const [plain, marked] = [await answersTo({}, source), await answersTo({ [name]: value }, source)];
    for (const [asked, answer] of marked) {
      const before = plain.get(asked);
      expect(answer.status, asked).toBe(before?.status);
      expect(answer.headers.get('ETag'), asked).toBe(before?.headers.get('ETag') ?? null);
      expect(await answer.text(), asked).toBe(await before?.text());
      expect(JSON.stringify([...answer.headers]), asked).not.toContain(MARK);
    }
  });

  it('cannot be given an answer cut in two by what a request holds', async () => {
    for (const path of [
      '/cache/?cursor=a%0d%0aX-Injected:1',
      '/rpc/a%0d%0aX-Injected:1/',
      '/resources/%0d%0aX-Injected:1/',
    ]) {
      const answer = await alice.get(path);
      expect(answer.headers.get('X-Injected')).toBeNull();
    }
    for (const id of ['a\tb', 'a;b', 'a b', '"x"', 'é']) {
      const answer = await send('/cache/', { headers: { 'X-Request-Id': id } });
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[-0-9a-f]{36}$/);
    }
  });
});

describe('headers of 64 KB that would keep an isolate busy', () => {
  const SIZE = 65_536;
  const run = (text: string) => text.repeat(SIZE / text.length);
  const HOSTILE: [string, string][] = [
    ...['wait= ', 'wait="', ' ;', '"\\', 'a="b', ',', 'a=b; '].map((part): [string, string] => ['Prefer', run(part)]),
    ['Prefer', `wait=${run(' ')}"`],
    ...['a="', 'a="\\', 'max-age=', ', ', 'a'].map((part): [string, string] => ['Cache-Control', run(part)]),
    ...['W/"', '"', '"a', ' ,', '*'].map((part): [string, string] => ['If-None-Match', run(part)]),
    ...['0-1,', ' ', '\t-'].map((part): [string, string] => ['Range', `bytes=${run(part)}`]),
    ...['v1', '1', 'v1-v'].map((part): [string, string] => ['X-Delta', `v${run(part)}`]),
    ...[';q=', 'a/b,', 'a/b;q=0.1,', ';', '"'].map((part): [string, string] => ['Accept', `a${run(part)}`]),
    ...['v1', '"'].map((part): [string, string] => ['Last-Event-ID', run(part)]),
    ...['Mon, ', '1 ', '0'].map((part): [string, string] => ['If-Modified-Since', run(part)]),
    ...['a', '-'].map((part): [string, string] => ['X-Request-Id', run(part)]),
    ...['+', 'json', 'a+', ' '].map((part): [string, string] => ['Content-Type', `application/${run(part)}x`]),
    ...['a,', ' '].map((part): [string, string] => ['Access-Control-Request-Headers', run(part)]),
  ];

  let source: Source;
  beforeAll(async () => {
    source = await Source.define();
  });

  // The time-out of the test is what notices: a regular expression that tries all ways takes minutes.
  it.each(HOSTILE)('are read in no time: %s', async (name, value) => {
    const method = name === 'Content-Type' ? 'POST' : 'GET';
    const answer = await alice.send(method, source.path, {
      [name]: value,
      ...(name === 'Prefer' ? {} : { Prefer: 'wait=0' }),
    });
    expect(answer.status).toBeLessThan(500);
  });
});

describe('the log', () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(args.map(String).join(' ')));
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const broken = {
    DB: {
      prepare: () => broken.DB,
      withSession: () => broken.DB,
      bind: () => {
        throw new Error('D1 is down\n{"level":"info"}');
      },
    },
  };

  it('has one line of JSON for each event, whatever a request holds', async () => {
    const forged = encodeURIComponent('a\n{"level":"info","event":"forged"}\r\n\u2028\u001b[31m\0');
    const headers = await bearer({ user: 'alice', scope: 'cache:admin cache:read' });
    for (const path of [
      `/api/v1/resources/${forged}/`,
      `/api/v1/caches/?resource_title=${forged}`,
      `/api/v1/rpc/${forged}/`,
      '/api/v1/resources/',
    ]) {
      await sendUnder(broken, path, { headers: { ...headers, 'X-Request-Id': 'a"},{"b' } });
    }
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect([...line].filter((character) => character < ' ')).toEqual([]);
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        event: expect.not.stringContaining('forged'),
      });
    }
  });

  it('and the answers hold no token and no secret, whatever fails', async () => {
    const jwt = await token({ user: 'alice', scope: 'cache:read cache:refresh cache:admin' });
    const settings: Record<string, unknown>[] = [
      {},
      broken,
      { JWT_PUBLIC_KEY: env.JWT_SECRET },
      { JWT_SECRET: '', JWT_PUBLIC_KEY: env.JWT_SECRET },
      { JWT_SECRET: '', JWT_PUBLIC_KEY: `{"kty":"oct","k":"${env.JWT_SECRET}"` },
      { JWT_SECRET: '', JWT_PUBLIC_KEY: `-----BEGIN PUBLIC KEY-----\n${env.JWT_SECRET}\n-----END PUBLIC KEY-----` },
      { JWT_SECRET: '', JWT_PUBLIC_KEY: `{"k":${env.JWT_SECRET}}` },
      { JWT_SECRET: '', JWT_JWKS_URL: env.JWT_SECRET },
      { JWT_SECRET: '', JWT_JWKS_URL: `https://user:${env.ORIGIN_TEST_KEY}@jwks.invalid/` },
      { JWT_SECRET: 'short secret' },
      { JWT_SECRET: 'another secret that is long enough' },
      { ORIGIN_HOSTS: 'x', REFRESH_WAIT_MS: env.JWT_SECRET },
    ];
    const told: string[] = [];
    for (const setting of settings) {
      for (const headers of [{ Authorization: `Bearer ${jwt}` }, { Authorization: `Bearer ${jwt}x` }, {}]) {
        const answer = await sendUnder(setting, '/api/v1/resources/', { headers: headers as Record<string, string> });
        told.push(await answer.text(), JSON.stringify([...answer.headers]));
      }
    }
    const texts = [...told, ...lines];
    const secrets = [env.JWT_SECRET, env.ORIGIN_TEST_KEY, env.ORIGIN_TEST_TOKEN, 'short secret', 'another secret', jwt];
    // A parser's message quotes a dozen characters of what it could not read.
    for (const secret of secrets) {
      for (const part of [secret.slice(0, 10), secret.slice(-10)]) {
        expect(texts.filter((text) => text.includes(part) && !text.includes(`"user":"${part}`))).toEqual([]);
      }
    }
  });

  it('holds no private key that was set in place of a public one', async () => {
    const { privateKey } = (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair;
    const [pem, jwk] = [await exportPKCS8(privateKey), await exportJWK(privateKey)];
    for (const JWT_PUBLIC_KEY of [
      pem,
      JSON.stringify(jwk),
      JSON.stringify(jwk).slice(0, -2),
      pem.replace('PRIVATE', 'PUBLIC'),
    ]) {
      await sendUnder({ JWT_SECRET: '', JWT_PUBLIC_KEY }, '/api/v1/cache/');
    }
    expect(lines.length).toBeGreaterThan(0);
    const parts = [jwk.d ?? '', pem.split('\n')[1] ?? ''].map((text) => text.slice(0, 12));
    for (const part of parts) expect(lines.join('\n')).not.toContain(part);
  });

  it('holds no payload, parameter or header of a load', async () => {
    const headers = { Authorization: `Bearer $${'{ORIGIN_TEST_KEY}'}` };
    const { title, origin } = await defineResource({ parameters: { properties: { n: { type: 'string' } } } });
    await admin.put(`/resources/${title}/`, {
      origin: { url: `${origin.url}/{n}`, headers },
      parameters: { properties: { n: {} } },
    });
    await origin.answerJson({ salary: 'payload-of-the-origin' });
    await load(title, { n: 'value-of-a-parameter' });
    await origin.answer({ status: 404, body: 'payload-of-the-origin' });
    await alice.post('/cache/refresh/', { resource_title: title, n: 'value-of-a-parameter' }, { Prefer: 'wait=20' });
    expect(lines.some((line) => line.includes('refresh.failed'))).toBe(true);
    const text = lines.join('\n');
    for (const part of ['payload-of-the-origin', 'value-of-a-parameter', env.ORIGIN_TEST_KEY])
      expect(text).not.toContain(part);
  });

  it('tells once a minute of a failing origin, without a stack, however many devices read it', async () => {
    const [one, other] = [await Source.define({ error_ttl_s: 3600 }), await Source.define({ error_ttl_s: 3600 })];
    for (const { origin } of [one, other]) await origin.answer({ status: 500 });
    const read = async ({ path }: Source) => (await alice.get(path, { Prefer: 'wait=20' })).status;
    expect([await read(one), await read(one), await read(one), await read(other)]).toEqual([502, 502, 502, 502]);
    const told = lines.filter((line) => line.includes('request.failed')).map((line) => JSON.parse(line));
    expect(told.map(({ level, code, path }) => [level, code, path])).toEqual(
      [one, other].map(({ path }) => ['warn', 'origin-status', `/api/v1${path.slice(0, -1)}`]),
    );
    for (const line of told) expect(line).toMatchObject({ key: expect.any(String), detail: expect.any(String) });
    expect(JSON.stringify(told)).not.toContain('stack');
  });

  it('tells once a minute, without a stack, of a resource that lacks its secret, under one type everywhere; readers are sent to the operator, who is told what lacks', async () => {
    const source = await Source.define({ error_ttl_s: 3600 });
    const headers = { A: `$${'{ORIGIN_NOT_SET}'}` };
    const { origin } = sampleResource({ origin: { url: `${source.origin.url}/data`, headers } });
    await source.redefine({ origin });
    for (const _device of [1, 2]) {
      const answer = await alice.get(source.path, { Prefer: 'wait=20' });
      expect([answer.status, Number(answer.headers.get('Retry-After')) > 0]).toEqual([500, true]);
      expect(await answer.json()).toMatchObject({
        type: '/docs/problems#misconfigured',
        status: 500,
        detail: 'The origin of this resource is not configured correctly. Tell the operator of this service.',
      });
    }
    const operator = new Client({ user: 'root', scope: 'cache:admin cache:read' });
    const named = await operator.get(source.path, { Prefer: 'wait=20' });
    expect(await named.json()).toMatchObject({ status: 500, detail: NOT_SET });
    const [cache] = await cachesOf(source.title);
    expect(cache?.last_error?.type).toBe('/docs/problems#misconfigured');
    const told = lines.filter((line) => line.includes('request.failed')).map((line) => JSON.parse(line));
    expect(told).toMatchObject([{ level: 'warn', code: 'misconfigured', detail: NOT_SET }]);
    expect(JSON.stringify(told)).not.toContain('stack');
  });

  it('tells of a store that refuses once a minute, with its words, and of a fault of ours each time, with its stack', async () => {
    const headers = await bearer({ scope: 'cache:admin' });
    const lost = () => {
      throw new Error('Network connection lost.');
    };
    const refusing = { DB: { ...broken.DB, prepare: lost } };
    for (const setting of [refusing, refusing, broken, broken]) {
      await sendUnder(setting, '/api/v1/resources/', { headers });
    }
    const told = lines.filter((line) => line.includes('request.failed')).map((line) => JSON.parse(line));
    expect(told.map(({ level, code }) => [level, code])).toEqual([
      ['warn', 'overloaded'],
      ['error', 'internal'],
      ['error', 'internal'],
    ]);
    expect(told[0].cause).toContain('Network connection lost.');
    expect(told[1].error.stack).toContain('D1 is down');
  });
});

describe('names of secrets and hosts', () => {
  const NAMES = /ORIGIN_NOT_SET|127\.0\.0\.1/;

  it.each([
    ['a secret that is not set', { headers: { A: `$${'{ORIGIN_NOT_SET}'}` } }, {}],
    ['a redirect', {}, { status: 302, headers: { Location: 'http://127.0.0.1/' } }],
    ["an origin's own words", {}, { status: 401, headers: { 'Content-Type': 'text/plain' }, body: 'not at 127.0.0.1' }],
  ])('are told to administrators alone: %s', async (_what, origin, answer) => {
    const source = await Source.define({ error_ttl_s: 3600 });
    const { origin: usual } = sampleResource({ origin: { url: `${source.origin.url}/data`, ...origin } });
    await source.redefine({ origin: usual });
    await source.origin.answer(answer);
    const both = new Client({ user: 'root', scope: 'cache:read cache:refresh cache:admin' });

    const refreshed = await alice.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'wait=20' });
    const task = await refreshed.json<{ task_id: string; task_state: string }>();
    expect(task.task_state).toBe('FAILURE');
    const state = `/cache/state/?task_id=${task.task_id}`;
    const asked: [string, Record<string, string>][] = [
      [state, {}],
      [`${state}&expand=task`, {}],
      [state, { Accept: 'text/event-stream' }],
      [source.path, {}],
    ];
    const told = [JSON.stringify(task)];
    for (const [path, headers] of asked) told.push(await (await alice.get(path, headers)).text());
    expect(told.filter((text) => NAMES.test(text) || text.includes('admin_detail'))).toEqual([]);

    for (const [path, headers] of asked) expect(await (await both.get(path, headers)).text(), path).toMatch(NAMES);
    const [listed] = await cachesOf(source.title);
    expect(listed?.last_error?.detail).toMatch(NAMES);
    expect(JSON.stringify(listed)).not.toContain('admin_detail');
  });
});
