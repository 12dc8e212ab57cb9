/** CONTRACT 3: what `/rpc/<resource_title>/` answers once it has the data. */
import { describe, expect, it } from 'vitest';
import { Client, send } from '../support/client.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';

const alice = new Client({ user: 'alice' });

/** A source whose cache without parameters is loaded. */
async function loadedSource(members: Parameters<typeof Source.define>[0] = {}) {
  const source = await Source.define(members);
  const first = await alice.get(source.path);
  expect(first.status).toBe(200);
  return { source, etag: first.headers.get('ETag') ?? '', body: await first.text() };
}
const httpDate = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

describe('a body', () => {
  it('comes with its headers, and of the origin only its content type', async () => {
    const source = await Source.define();
    await source.origin.answer({
      body: '<p>hello</p>',
      headers: { 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': 'a=b', ETag: '"origin"', 'X-Secret': '1' },
    });
    const first = await alice.get(source.path);
    expect(first.status).toBe(200);
    expect(await first.text()).toBe('<p>hello</p>');
    expect(first.headers.get('Cache-Status')).toBe('freshet; fwd=miss');

    const second = await alice.get(source.path);
    expect(await second.text()).toBe('<p>hello</p>');
    expect(Object.fromEntries(second.headers)).toEqual({
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.any(String),
      age: expect.stringMatching(/^\d+$/),
      allow: 'GET, POST, HEAD, OPTIONS',
      'cache-control': 'private, no-cache',
      'cache-status': expect.stringMatching(/^freshet; hit; ttl=(3[2345]\d\d|3600)$/),
      'content-length': '12',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'text/html; charset=utf-8',
      'content-version': 'v1',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[0-9a-f]{16}-v1"$/),
      expires: expect.stringMatching(httpDate),
      'last-modified': expect.stringMatching(httpDate),
      'referrer-policy': 'no-referrer',
      vary: 'Authorization, X-Delta, Accept, Origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'x-request-id': expect.any(String),
    });
    const lifetimeMs =
      Date.parse(second.headers.get('Expires') ?? '') - Date.parse(second.headers.get('Last-Modified') ?? '');
    // A load expires up to a tenth earlier than ttl_s says.
    expect([lifetimeMs >= 3_240_000, lifetimeMs <= 3_600_000]).toEqual([true, true]);
  });

  it('of tables comes with its Cache-Hash-Value', async () => {
    const tables = [{ name: 'sales', rows: '/items', columns: ['id'] }];
    const source = await Source.define({ tables });
    await source.origin.answerJson({ items: [{ id: 7 }, { id: 8 }] });
    const answer = await alice.get(source.path);
    expect(await answer.json()).toEqual([
      {
        name: 'sales',
        columns: ['id'],
        data: [
          [1, 7],
          [2, 8],
        ],
      },
    ]);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('1,2'));
    expect(answer.headers.get('Cache-Hash-Value')).toBe(Buffer.from(digest).toString('hex'));
  });

  it('may be empty', async () => {
    const source = await Source.define();
    await source.origin.answer({ body: '', headers: { 'Content-Type': 'text/plain' } });
    const answer = await alice.get(source.path);
    expect([answer.status, answer.headers.get('Content-Length'), await answer.text()]).toEqual([200, '0', '']);
  });

  it('larger than an isolate keeps arrives whole', async () => {
    const source = await Source.define();
    const body = JSON.stringify(Array.from({ length: 40_000 }, (_item, n) => `row ${n}`));
    await source.origin.answer({ body });
    expect(await (await alice.get(source.path)).text()).toBe(body);
    expect(await (await alice.get(source.path)).text()).toBe(body);
  });
});

describe('a cache', () => {
  it('is the same by GET and POST, in any order of parameters, with defaults or without', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    const answers = [
      await alice.get(`${source.path}?year=2026&region=north`),
      await alice.get(`${source.path}?region=north&year=2026`),
      await alice.get(`${source.path}?region=north`),
      await alice.post(source.path, { region: 'north', year: 2026 }),
      await alice.post(source.path, { region: 'north' }),
    ];
    expect(new Set(answers.map(({ headers }) => headers.get('ETag'))).size).toBe(1);
    expect((await source.origin.requests()).map(({ path }) => path.split('/')[2])).toEqual([
      'data?year=2026&region=north',
    ]);
  });

  it('is another one for other parameters', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    const [north, south] = [
      await alice.get(`${source.path}?region=north`),
      await alice.get(`${source.path}?region=south`),
    ];
    expect(north.headers.get('ETag')).not.toBe(south.headers.get('ETag'));
    expect(await source.loads()).toBe(2);
  });

  it('takes POST without a body as one without parameters', async () => {
    const { source, etag } = await loadedSource();
    const answer = await alice.send('POST', source.path);
    expect([answer.status, answer.headers.get('ETag')]).toEqual([200, etag]);
  });

  it('answers without its trailing slash as well', async () => {
    const { source } = await loadedSource();
    expect((await alice.get(source.path.replace(/\/$/, ''))).status).toBe(200);
  });

  it('of a resource of scope user belongs to one user', async () => {
    const source = await Source.define({ scope: 'user' });
    await source.origin.answerJson({ for: 'alice' });
    expect(await (await alice.get(source.path)).json()).toEqual({ for: 'alice' });
    await source.origin.answerJson({ for: 'bob' });
    const bob = new Client({ user: 'bob' });
    expect(await (await bob.get(source.path)).json()).toEqual({ for: 'bob' });
    expect(await (await alice.get(source.path)).json()).toEqual({ for: 'alice' });
  });

  it('of a shared resource is the same for all', async () => {
    const { source } = await loadedSource();
    expect((await new Client({ user: 'bob' }).get(source.path)).status).toBe(200);
    expect(await source.loads()).toBe(1);
  });
});

describe('methods', () => {
  it('HEAD tells what GET would, without the body', async () => {
    const { source, etag, body } = await loadedSource();
    const head = await alice.head(source.path);
    expect([head.status, head.headers.get('ETag'), await head.text()]).toEqual([200, etag, '']);
    expect(head.headers.get('Content-Length')).toBe(String(body.length));
    expect(head.headers.get('Content-Type')).toBe('application/json');
  });

  it('OPTIONS needs no token', async () => {
    const answer = await send('/rpc/anything/', { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('Allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
    expect(answer.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
  });

  it('others are 405, with Allow', async () => {
    const answer = await alice.delete('/rpc/anything/');
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
    expect(answer.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");
  });

  it('need cache:read', async () => {
    const answer = await new Client({ scope: 'cache:refresh cache:admin' }).get('/rpc/anything/');
    expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="cache:read"',
    ]);
  });
});

describe('conditions', () => {
  it.each(['GET', 'POST', 'HEAD'])('%s with If-None-Match is 304 with the validators', async (method) => {
    const { source, etag } = await loadedSource();
    const answer = await alice.send(method, source.path, { 'If-None-Match': etag });
    expect([answer.status, await answer.text()]).toEqual([304, '']);
    expect(answer.headers.get('ETag')).toBe(etag);
    expect(answer.headers.get('Content-Version')).toBe('v1');
    expect(answer.headers.get('Last-Modified')).toMatch(httpDate);
    expect(answer.headers.get('Vary')).toBe('Authorization, X-Delta, Accept, Origin');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(answer.headers.has('Content-Type')).toBe(false);
  });

  it.each([
    ['a weak tag, as proxies make them', (etag: string) => ({ 'If-None-Match': `W/${etag}` }), 304],
    ['one of several tags', (etag: string) => ({ 'If-None-Match': `"x", ${etag}` }), 304],
    ['a tag without quotes', (etag: string) => ({ 'If-None-Match': etag.replaceAll('"', '') }), 304],
    [
      'a tag that a compressing server marked',
      (etag: string) => ({ 'If-None-Match': etag.replace(/"$/, '-gzip"') }),
      304,
    ],
    ['any tag', () => ({ 'If-None-Match': '*' }), 304],
    ['another tag', () => ({ 'If-None-Match': '"x"' }), 200],
    ['If-Match of another tag', () => ({ 'If-Match': '"x"' }), 200],
    ['If-Modified-Since later', () => ({ 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' }), 304],
    ['If-Modified-Since sooner', () => ({ 'If-Modified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' }), 200],
    [
      'If-Modified-Since beside If-None-Match',
      () => ({ 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT', 'If-None-Match': '"x"' }),
      200,
    ],
    [
      'no-cache, which changes nothing',
      (etag: string) => ({ 'If-None-Match': etag, 'Cache-Control': 'no-cache' }),
      304,
    ],
    ['If-Unmodified-Since sooner', () => ({ 'If-Unmodified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' }), 412],
  ])('%s', async (_name, headers, status) => {
    const { source, etag } = await loadedSource();
    expect((await alice.get(source.path, headers(etag))).status).toBe(status);
  });
});

describe('ranges', () => {
  it('one range of a GET is 206', async () => {
    const { source, etag, body } = await loadedSource();
    const answer = await alice.get(source.path, { Range: 'bytes=1-3', 'If-Range': etag });
    expect([answer.status, await answer.text()]).toEqual([206, body.slice(1, 4)]);
    expect(answer.headers.get('Content-Range')).toBe(`bytes 1-3/${body.length}`);
    expect(answer.headers.get('Content-Length')).toBe('3');
    expect(answer.headers.get('ETag')).toBe(etag);
  });

  it.each([
    ['several ranges', { Range: 'bytes=0-1,3-4' }],
    ['another unit', { Range: 'rows=0-1' }],
    ['If-Range of another tag', { Range: 'bytes=0-1', 'If-Range': '"x"' }],
  ])('%s is 200', async (_name, headers) => {
    const { source, body } = await loadedSource();
    const answer = await alice.get(source.path, headers);
    expect([answer.status, await answer.text()]).toEqual([200, body]);
  });

  it.each(['bytes=SIZE-', 'bytes=SIZE-9999', 'bytes=5000-', 'bytes=-0'])(
    '%s, of which there is no byte, is 416',
    async (range) => {
      const { source, body, etag } = await loadedSource();
      const asked = { Range: range.replace('SIZE', String(body.length)) };
      const answer = await alice.get(source.path, { ...asked, 'If-Range': etag });
      expect([answer.status, answer.headers.get('Content-Range')]).toEqual([416, `bytes */${body.length}`]);
      expect(await answer.json()).toMatchObject({ type: '/docs/problems#range-not-satisfiable', status: 416 });
      expect((await alice.get(source.path, { ...asked, 'If-None-Match': etag })).status).toBe(304);
      expect((await alice.get(source.path, { ...asked, 'If-Range': '"x"' })).status).toBe(200);
    },
  );

  it('of a tag with a coding or without quotes are 200: those bytes are not ours', async () => {
    const { source, etag } = await loadedSource();
    for (const tag of [etag.replace(/"$/, '-gzip"'), etag.replaceAll('"', '')]) {
      expect((await alice.get(source.path, { Range: 'bytes=0-1', 'If-Range': tag })).status).toBe(200);
    }
  });

  it('of a weak If-Range is 200', async () => {
    const { source, etag } = await loadedSource();
    expect((await alice.get(source.path, { Range: 'bytes=0-1', 'If-Range': `W/${etag}` })).status).toBe(200);
  });

  it('never reaches the id map behind the body', async () => {
    const { source } = await loadedSource();
    const tables = await Source.define({ tables: [{ name: 't', rows: '', columns: ['id'] }] });
    await tables.origin.answerJson([{ id: 1 }]);
    const body = await (await alice.get(tables.path)).text();
    expect(await (await alice.get(tables.path, { Range: 'bytes=0-99999' })).text()).toBe(body);
    expect((await alice.post(source.path, {}, { Range: 'bytes=0-1' })).status).toBe(200);
  });
});
