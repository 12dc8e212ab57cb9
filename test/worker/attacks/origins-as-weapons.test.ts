/**
 * Definitions, parameters, user names and origins that would turn the service against others or make it tell its secrets
 * (CONTRACT 4). The rules of hosts, URLs and headers by themselves stand in unit/origin.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../../src/contract/constants.ts';
import { admin, faultsOf } from '../../support/admin.ts';
import { Client, sendUnder } from '../../support/client.ts';
import { unique } from '../../support/entries.ts';
import { TestOrigin } from '../../support/origin.ts';
import { Source } from '../../support/sources.ts';
import { bearer } from '../../support/token.ts';

const alice = new Client({ user: 'alice' });
const secretOf = (name: string) => `$${`{${name}}`}`;

/** Puts a definition in a service with that ORIGIN_HOSTS. */
async function define(origin: unknown, hosts: string, more = {}): Promise<Response> {
  return sendUnder({ ORIGIN_HOSTS: hosts }, `${API_BASE}/resources/${unique('r')}/`, {
    method: 'PUT',
    headers: { ...(await bearer({ scope: 'cache:admin' })), 'Content-Type': 'application/json' },
    body: JSON.stringify({ origin, ...more }),
  });
}

/** The error of the task that refreshes a source; its retries are over at once. */
async function failureOf(source: Source, values: Record<string, unknown> = {}, client = alice) {
  const body = { resource_title: source.title, ...values };
  const answer = await client.post('/cache/refresh/', body, { Prefer: 'wait=20' });
  const { task_state, error } = await answer.json<{ task_state: string; error?: { type: string; detail: string } }>();
  expect(task_state).toBe('FAILURE');
  return { code: error?.type.split('#')[1], detail: error?.detail ?? '' };
}

describe('a definition', () => {
  const V4 = [
    ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '0'],
    ...[
      '0.0.0.0',
      '127.0.0.1.',
      '10.0.0.1',
      '192.168.0.1',
      '172.16.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '0xa9fea9fe',
    ],
    ...['１２７.０.０.１', '①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '127%2e0.0.1', '8.8.8.8', '255.255.255.255'],
  ];
  const V6 = [
    ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]'],
    ...['[64:ff9b::7f00:1]', '[fd00::1]', '[fc00::1]', '[2002:7f00:1::]', '[::ffff:a9fe:a9fe]', '[2001:db8::1]'],
  ];
  const NAMES = ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'loc%61lhost', 'ｌocalhost', 'lo\u00adcalhost'];

  it.each([...V4, ...V6, ...NAMES])('may not lead to %s, unless ORIGIN_HOSTS names it', async (host) => {
    for (const hosts of ['', '*', '*.example.com', '*.0.0.1', '*.1', '*.localhost']) {
      for (const end of ['/x', ':8443/x', '/']) {
        const answer = await define({ url: `https://${host}${end}` }, hosts);
        const faults = await faultsOf(answer);
        expect(faults[0], `${host}${end} with "${hosts}"`).toMatch(/^\/origin\/url /);
      }
    }
  });

  it.each([
    ...['http://a.example.com/', 'ftp://a.example.com/', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:1'],
    ...[
      '//a.example.com/',
      '/etc/passwd',
      'a.example.com',
      'https:a.example.com',
      'https:/a.example.com/',
      'https:///a.example.com',
    ],
    ...[
      'blob:https://a.example.com/x',
      'ws://a.example.com/',
      'gopher://a.example.com/',
      ' https://a.example.com/',
      'https://',
    ],
  ])('may not have the URL %j', async (url) => {
    expect((await faultsOf(await define({ url }, '*.example.com')))[0]).toMatch(/^\/origin\/url /);
  });

  it.each([
    ...[
      'https://user@a.example.com/',
      'https://user:pass@a.example.com/',
      'https://@a.example.com/',
      'https://:@a.example.com/',
    ],
    ...['https://a.example.com@evil.net/', 'https://a.example.com:443@evil.net/', 'https://a.example.com%40evil.net/'],
    ...['https://a.example.com\\@evil.net/', 'https://evil.net\\.a.example.com/', 'https://evil.net#.a.example.com/'],
    ...['https://evil.net?.a.example.com', 'https://evil.net/.a.example.com', 'https://a.example.com.evil.net/'],
    ...[
      'https://evilexample.com/',
      'https://example.com/',
      'https://a.example.com\t.evil.net/',
      'https://a.example.com\n@evil.net',
    ],
    ...['https://a.example.com:99999/', 'https://a.example.com:-1/', 'https://a.example.com%00.evil.net/'],
  ])('may not pass for one of *.example.com as %j', async (url) => {
    expect((await faultsOf(await define({ url }, '*.example.com')))[0]).toMatch(/^\/origin\/url /);
  });

  it.each([
    ...['https://{h}/', 'https://{h}.example.com/', 'https://a.example.com{h}/', 'https://a.example.com{+h}/', '{+h}'],
    ...['https://{+h}@a.example.com/', 'https://a.example.com:{h}/', 'https:{/h}', 'http{h}://a.example.com/'],
    ...['https://a.example.com{.h}', 'https://a.example.com{;h}', 'https://a.example.com{&h}/', '{h}://a.example.com/'],
  ])('may not take its host from a parameter: %s', async (url) => {
    const parameters = { properties: { h: { type: 'string' } } };
    expect((await faultsOf(await define({ url }, '*.example.com', { parameters })))[0]).toMatch(/^\/origin\/url /);
  });
});

describe('parameters', () => {
  // Every template with every hostile value: unit/origin/hostile-values.test.ts.
  it('lead to no other place than theirs in the URL', async () => {
    const source = await Source.define({ parameters: { properties: { a: { type: 'string' } } } });
    await source.redefine({ origin: { url: `${source.origin.url}/own/{+a}` } });
    const hostile = ['//evil.net/', '@evil.net/', '\r\nX-Injected: 1\r\n\r\nGET /', '\u010d\u010aX-Injected: 1'];
    await Promise.all(hostile.map((a) => alice.post(source.path, { a })));
    const requests = await source.origin.requests();
    expect(requests).toHaveLength(hostile.length);
    for (const { path, headers } of requests) {
      expect(path).toMatch(/^\/[-0-9a-f]{36}\/own\//);
      expect(headers).not.toHaveProperty('x-injected');
      expect(headers.host).toBe(new URL(source.origin.url).host);
    }
  });

  it.each(['../{other}', './../{other}', '%2e%2e/{other}', '.%2E/{other}', 'x/../../{other}', '..'])(
    'do not climb out of their place: %s',
    async (text) => {
      const other = new TestOrigin();
      const source = await Source.define({ parameters: { properties: { a: { type: 'string' } } } });
      await source.redefine({ origin: { url: `${source.origin.url}/{+a}` } });
      const name = new URL(other.url).pathname.slice(1);
      const { code } = await failureOf(source, { a: text.replace('{other}', name) });
      expect(code).toBe('invalid-parameters');
      expect(await other.requests()).toEqual([]);
      expect(await source.loads()).toBe(0);
    },
  );

  it('that name a secret get its name, not its value', async () => {
    const source = await Source.define({ parameters: { properties: { a: { type: 'string' } } } });
    const headers = { Authorization: secretOf('ORIGIN_TEST_TOKEN') };
    await source.redefine({ origin: { url: `${source.origin.url}/{a}{?a}`, headers } });
    expect((await alice.post(source.path, { a: secretOf('ORIGIN_TEST_TOKEN') })).status).toBe(200);
    const [seen] = await source.origin.requests();
    expect(seen?.headers.authorization).toBe(env.ORIGIN_TEST_TOKEN);
    expect(decodeURIComponent(seen?.path ?? '')).toContain(`?a=${secretOf('ORIGIN_TEST_TOKEN')}`);
  });
});

describe('user names', () => {
  it('inject no header, whatever they hold', async () => {
    const source = await Source.define({ scope: 'user' });
    await source.redefine({ scope: 'user', origin: { url: source.origin.url, headers: { 'X-User': 'u={_user};' } } });
    const users = [
      ...[
        'a: b',
        'a;X-Injected: 1',
        'a\u010d\u010aX-Injected: 1',
        'a\u2028X-Injected: 1',
        'a%0d%0aX-Injected:1',
        'ann, bob',
      ],
      ...[secretOf('ORIGIN_TEST_TOKEN'), '{_user}', '🚜', '"', 'a\u00a0b'],
    ];
    const answers = await Promise.all(users.map((user) => new Client({ user }).get(source.path)));
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
    const seen = await source.origin.requests();
    const told = seen.map(({ headers }) => Buffer.from(headers['x-user'] ?? '', 'latin1').toString());
    expect(told.toSorted()).toEqual(users.map((user) => `u=${user};`).toSorted());
    for (const { headers } of seen) expect(headers).not.toHaveProperty('x-injected');
  });

  it.each(['a\rb', 'a\nb', 'a\r\nX-Injected: 1', 'a\0b', 'a\u0085b', 'a\u007fb'])(
    'with control characters are none: %j',
    async (user) => {
      expect((await new Client({ user }).get('/cache/')).status).toBe(401);
    },
  );
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308, 300, 305])(
    'with status %d are not followed to another host, however it is written',
    async (status) => {
      const target = new TestOrigin();
      await target.answerJson({ stolen: true });
      const source = await Source.define();
      const elsewhere = target.url.replace('127.0.0.1', 'localhost');
      const places = [
        elsewhere,
        elsewhere.replace('http:', ''),
        target.url.replace('http://', 'http://user:word@'),
        target.url.replace('http:', 'https:'),
        'http://169.254.169.254/latest',
      ];
      const operator = new Client({ user: 'root', scope: 'cache:read cache:refresh cache:admin' });
      for (const Location of status === 302 ? places : places.slice(0, 1)) {
        await source.origin.answer({ status, headers: { Location }, body: '{"moved":true}' });
        const { host } = new URL(Location, target.url);
        const told = await failureOf(source, {}, operator);
        expect(told.code).toBe('origin-redirect');
        expect(told.detail).toContain(host);
        expect(told.detail).not.toMatch(/latest|moved|stolen|word/);
        expect((await failureOf(source)).detail).not.toContain(host);
      }
      expect(await target.requests()).toEqual([]);
    },
  );

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:,x', '\u00ff', 'http://[', ''])(
    'to %j are told without repeating it',
    async (Location) => {
      const source = await Source.define();
      await source.origin.answer({ status: 302, headers: { Location } });
      const { code, detail } = await failureOf(source);
      expect(code).toBe('origin-redirect');
      expect(detail).not.toMatch(/passwd|alert/);
    },
  );

  it('by Refresh or Content-Location, or as a page, are nothing but data', async () => {
    const target = new TestOrigin();
    const source = await Source.define();
    const body = `<meta http-equiv="refresh" content="0; url=${target.url}">`;
    const headers = {
      Refresh: `0; url=${target.url}`,
      'Content-Location': target.url,
      Link: `<${target.url}>; rel=preload`,
    };
    await source.origin.answer({ body, headers: { ...headers, 'Content-Type': 'text/html' } });
    const answer = await alice.get(source.path);
    expect(answer.status).toBe(200);
    for (const name of Object.keys(headers)) expect(answer.headers.get(name)).toBeNull();
    expect(await target.requests()).toEqual([]);
  });
});

describe('secrets', () => {
  const names = [
    'JWT_SECRET',
    'JWT_PUBLIC_KEY',
    'DB',
    'ORIGIN_HOSTS',
    'ORIGIN_PORT',
    'origin_test_token',
    ' ORIGIN_TEST_TOKEN',
  ];
  const forms = [
    ...names,
    'ORIGIN_',
    'ORIGIN_TEST_TOKEN ',
    `ORIGIN_${secretOf('X')}`,
    'ORIGIN_A.B',
    '__proto__',
    'ORIGIN_\u212a',
    '',
  ];

  it.each(forms)('are not read by the name %j', async (name) => {
    const origin = { url: 'https://a.example.com/', headers: { 'X-A': `a ${secretOf(name)} b` } };
    expect((await faultsOf(await define(origin, 'a.example.com')))[0]).toMatch(/^\/origin\/headers\/X-A /);
  });

  it('are read in header values alone: elsewhere their name stays a text, or is refused', async () => {
    const placeholder = secretOf('ORIGIN_TEST_TOKEN');
    expect((await define({ url: `https://a.example.com/${placeholder}` }, '')).status).toBe(400);
    expect((await define({ url: 'https://a.example.com/', headers: { [placeholder]: 'x' } }, '')).status).toBe(400);
    const parameters = { properties: { a: { type: 'string', default: placeholder } } };
    const source = await Source.define({ parameters });
    await source.redefine({ origin: { url: `${source.origin.url}{?a}` } });
    await source.origin.answer({ echo: true });
    const told = await (await alice.get(source.path)).text();
    expect(told).toContain('ORIGIN_TEST_TOKEN');
    expect(told).not.toContain(env.ORIGIN_TEST_TOKEN);
  });

  it('go to no host that ORIGIN_HOSTS does not name', async () => {
    const headers = { Authorization: secretOf('ORIGIN_TEST_TOKEN') };
    for (const hosts of ['', '*', 'b.example.com', '*.b.example.com', 'a.example.com:8443']) {
      const answer = await define({ url: 'https://a.example.com/', headers }, hosts);
      expect(answer.status, hosts).toBe(400);
    }
    expect((await define({ url: 'https://a.example.com/', headers }, 'a.example.com')).status).toBe(201);
  });

  it('are told to administrators by their names only', async () => {
    const source = await Source.define();
    await source.redefine({ origin: { url: source.origin.url, headers: { 'X-A': secretOf('ORIGIN_TEST_TOKEN') } } });
    for (const path of [`/resources/${source.title}/`, '/resources/']) {
      const text = await (await admin.get(path)).text();
      expect(text).toContain('ORIGIN_TEST_TOKEN');
      expect(text).not.toContain(env.ORIGIN_TEST_TOKEN);
    }
  });

  it.each<[string, Parameters<TestOrigin['answer']>[0]]>([
    ['content type', { headers: { 'Content-Type': `text/${env.ORIGIN_TEST_KEY}` }, body: 'x' }],
    ['content type, in other letters', { headers: { 'Content-Type': env.ORIGIN_TEST_KEY.toUpperCase() }, body: 'x' }],
    ['redirect', { status: 302, headers: { Location: `https://${env.ORIGIN_TEST_KEY}.example.com/` } }],
    ['status', { status: 500, body: env.ORIGIN_TEST_KEY }],
    ['broken body', { body: `[{"id":${env.ORIGIN_TEST_KEY}` }],
  ])('that an origin sends back in its %s are in no error', async (_what, answer) => {
    const tables = [{ name: 't', rows: '', columns: ['id'] }];
    const source = await Source.define({ tables });
    const headers = { Authorization: `Bearer ${secretOf('ORIGIN_TEST_KEY')}` };
    await source.redefine({ tables, origin: { url: source.origin.url, headers } });
    await source.origin.answer(answer);
    const { detail } = await failureOf(source);
    expect((await source.origin.requests()).at(-1)?.headers.authorization).toBe(`Bearer ${env.ORIGIN_TEST_KEY}`);
    const listed = await (await admin.get(`/caches/?resource_title=${source.title}`)).text();
    const read = await (await alice.get(source.path)).text();
    for (const text of [detail, listed, read])
      expect(text.toLowerCase()).not.toContain(env.ORIGIN_TEST_KEY.toLowerCase());
  });
});
