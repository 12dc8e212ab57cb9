/** One body by `/rpc/`: what is asked, what comes, and going on where the line was cut (invariants 7, 19). */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReadAnswer, ReadQuestion } from '../../../src/network/transport.ts';
import { type Imitation, imitation, problem, type Reply, says } from '../../support/imitation.ts';
import { countedPauses } from '../../support/pauses.ts';
import { options, quiet, readOf, TAG, transportTo, withoutStreams } from '../../support/transports.ts';

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };
const HEADERS = { ...JSON_TYPE, ETag: `"${TAG}-v2"`, 'Content-Version': 'v3', 'Cache-Hash-Value': 'h' };
const table = says(200, HEADERS, '[]');
const read = (server: Imitation, question: Partial<ReadQuestion> = {}) =>
  transportTo(server).read(readOf(question), quiet());

describe('the question', () => {
  it('names the version that is held, the one that was told, and how old it may be', async () => {
    const server = await imitation(table);
    await read(server, {
      title: 'ü',
      parameters: { year: 1982, a: 'x y', b: true, c: null },
      etag: `${TAG}-v1`,
      afterVersion: 4,
      maxAgeS: 0,
    });
    const [asked] = server.asked;
    expect([asked?.method, asked?.path, asked?.body]).toEqual([
      'GET',
      '/api/v1/rpc/%C3%BC/?year=1982&a=x%20y&b=true&c=null',
      '',
    ]);
    expect(asked?.headers).toMatchObject({
      'x-delta': 'auto',
      'if-none-match': `"${TAG}-v1"`,
      'last-event-id': 'v4',
      'cache-control': 'max-age=1',
    });
  });

  it('names nothing of a cache that is not held', async () => {
    const server = await imitation(table);
    await read(server);
    expect(server.asked[0]?.headers).not.toHaveProperty('if-none-match');
    expect(server.asked[0]?.headers).not.toHaveProperty('last-event-id');
    expect(server.asked[0]?.headers['cache-control'] ?? '').not.toContain('max-age');
  });

  it.each([
    ['a list', { a: [1] }],
    ['an object', { a: {} }],
    ['a text that would be read as a number', { a: '1982' }],
    ['a negative one', { a: '-1' }],
    ['a text that would be read as true', { a: 'true' }],
    ['a text that would be read as null', { a: 'null' }],
    ['a name that is empty', { '': 1 }],
    ['a character that queries lack', { a: '\0' }],
    ['half a character', { a: '\ud800' }],
    ['more than a path may have', { a: 'x'.repeat(5000) }],
  ])('goes by POST where a query cannot say it: %s', async (_what, parameters) => {
    const server = await imitation(table);
    await read(server, { parameters });
    expect([server.asked[0]?.method, server.asked[0]?.path]).toEqual(['POST', '/api/v1/rpc/cars/']);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual(parameters);
  });
});

describe('the answer', () => {
  it('is a whole table', async () => {
    const server = await imitation(
      says(
        200,
        { ...HEADERS, Expires: 'Sat, 28 Nov 2026 13:00:00 GMT', Age: '60', 'Cache-Status': 'freshet; hit; ttl=3600' },
        '[{"name":"ü"}]',
      ),
    );
    const { item, body } = await read(server);
    expect(body).toEqual({ text: '[{"name":"ü"}]' });
    expect(item).toMatchObject({
      status: 200,
      tag: TAG,
      etag: `${TAG}-v2`,
      version: 3,
      delta: null,
      hash: 'h',
      contentType: JSON_TYPE['Content-Type'],
    });
    // The service's clock, of which `Expires` and the seconds until then tell.
    expect([item.expiresAt, item.loadedAt]).toEqual([Date.UTC(2026, 10, 28, 13), Date.UTC(2026, 10, 28, 11, 59)]);
  });

  it('tells when it was loaded by the clock of the service where it says only that (15)', async () => {
    const server = await imitation(says(200, { ...HEADERS, Date: 'Sat, 28 Nov 2026 12:00:00 GMT', Age: '60' }, '[]'));
    expect((await read(server)).item).toMatchObject({ loadedAt: Date.UTC(2026, 10, 28, 11, 59), expiresAt: null });
  });

  it('is a delta', async () => {
    const server = await imitation(says(200, { ...HEADERS, 'Content-Version': '"delta v1-v3"' }, '[]'));
    expect((await read(server, { etag: `${TAG}-v1` })).item).toMatchObject({ version: 3, delta: { from: 1, to: 3 } });
  });

  it('is that nothing is new', async () => {
    const { 'Content-Type': _type, ...headers } = HEADERS;
    const { item, body } = await read(await imitation(says(304, headers)), { etag: `${TAG}-v2` });
    expect([item.status, item.etag, item.version, body]).toEqual([304, `${TAG}-v2`, 3, null]);
  });

  it.each([`W/"${TAG}-v2"`, `"${TAG}-v2-gzip"`, `W/"${TAG}-v2;br"`])(
    'has the tag that a server on the way has marked: %s',
    async (etag) => {
      expect((await read(await imitation(says(200, { ...HEADERS, ETag: etag }, '[]')))).item.etag).toBe(`${TAG}-v2`);
    },
  );

  it('is a blob where it is not a table, JSON among it', async () => {
    for (const type of ['text/html', 'application/json']) {
      const server = await imitation(
        says(200, { ETag: `"${TAG}-v1"`, 'Content-Version': 'v1', 'Content-Type': type }, Uint8Array.of(1, 0, 255)),
      );
      for (const more of [{}, { fetch: withoutStreams }]) {
        const { body } = await transportTo(server, more).read(readOf(), quiet());
        expect(body).toHaveProperty('blob');
        const { blob } = body as { blob: Blob };
        expect([blob.type, [...new Uint8Array(await blob.arrayBuffer())]]).toEqual([type, [1, 0, 255]]);
      }
    }
  });

  it('is the same text where the platform has no streams', async () => {
    const { body } = await transportTo(await imitation(says(200, HEADERS, '["ü"]')), { fetch: withoutStreams }).read(
      readOf(),
      quiet(),
    );
    expect(body).toEqual({ text: '["ü"]' });
  });

  it.each([
    [403, 'insufficient-scope'],
    [404, 'not-found'],
    [502, 'origin-status'],
    [429, 'rate-limited'],
    [400, 'invalid-parameters'],
  ])('is a problem of this cache: %i %s', async (status, code) => {
    const { item, body } = await read(await imitation(problem(status, code, { 'Retry-After': '9' })));
    expect([item.status, item.error?.code, item.retryAfterS, body]).toEqual([status, code, 9, null]);
  });

  it('rejects for what is wrong with the token, which is that of all', async () => {
    await expect(read(await imitation(problem(401, 'unauthenticated')))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it.each([
    ['no tag', { ETag: '' }],
    ["somebody else's tag", { ETag: '"1234"' }],
    ['no version', { 'Content-Version': '' }],
  ])('that has %s comes from a proxy', async (_what, headers: Record<string, string>) => {
    const server = await imitation(says(200, { ...HEADERS, ...headers }, '[]'));
    await expect(read(server)).rejects.toMatchObject({ code: 'network' });
    expect(server.asked.length).toBe(1);
  });

  it('that is partial although everything was requested comes from a proxy', async () => {
    await expect(
      read(await imitation(says(206, { ...HEADERS, 'Content-Range': 'bytes 5-9/10' }, '12345'))),
    ).rejects.toMatchObject({ code: 'network' });
  });
});

describe('a cache that must be loaded first', () => {
  const pending = says(
    202,
    { ...JSON_TYPE, Location: 'https://elsewhere.example.com/', 'Retry-After': '2' },
    '{"task_id":"task-1","task_state":"PENDING"}',
  );
  const task = (state: string) => says(200, JSON_TYPE, `{"task_id":"task-1","task_state":"${state}"}`);

  it('is read once its task has ended, which is asked for where the service is', async () => {
    const server = await imitation(pending, task('SUCCESS'), table);
    expect((await read(server)).body).toEqual({ text: '[]' });
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/api/v1/rpc/cars/',
      '/api/v1/cache/state/?task_id=task-1',
      '/api/v1/rpc/cars/',
    ]);
    expect(server.asked[1]?.headers.prefer).toBe('wait=30');
  });

  it('that fails is answered as its read then is', async () => {
    const server = await imitation(pending, task('FAILURE'), problem(502, 'origin-status'));
    expect((await read(server)).item).toMatchObject({ status: 502, error: { code: 'origin-status' } });
  });

  it('is waited for without asking more than once a second, be the service out of room to hold requests (7, 19)', async () => {
    const pauses = countedPauses();
    const server = await imitation(pending, task('STARTED'), task('RETRY'), task('SUCCESS'), table);
    expect((await read(server)).body).toEqual({ text: '[]' });
    expect([pauses, server.asked.length]).toEqual([[1000, 1500], 5]);
  });

  it('and is still not there then, is told as its task', async () => {
    const server = await imitation(pending, task('REVOKED'), pending);
    const { item, body } = await read(server);
    expect([item.status, item.taskId, item.retryAfterS, body]).toEqual([202, 'task-1', 2, null]);
  });

  it('is given up after five minutes', async () => {
    const pauses = countedPauses();
    const server = await imitation(pending, task('RETRY'));
    await expect(transportTo(server).refresh({ title: 'cars', parameters: {} }, options())).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(300_000);
    expect(server.asked.length).toBe(pauses.length + 1);
    expect(pauses.length).toBeLessThan(25);
  });
});

describe('a refresh', () => {
  const task = (state: string, error?: object) =>
    says(200, JSON_TYPE, JSON.stringify({ task_id: 'task-1', task_state: state, ...(error && { error }) }));
  const refresh = (server: Imitation) =>
    transportTo(server).refresh({ title: 'cars', parameters: { year: 1982 } }, options());

  it('ends with its task', async () => {
    const server = await imitation(task('SUCCESS'));
    await refresh(server);
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/cache/refresh/',
      headers: { prefer: 'wait=30' },
    });
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ year: 1982, resource_title: 'cars' });
  });

  it('waits for the end of its task', async () => {
    const server = await imitation(task('PENDING'), task('SUCCESS'));
    await refresh(server);
    expect(server.asked[1]?.path).toBe('/api/v1/cache/state/?task_id=task-1');
  });

  it('that fails is the error of its task', async () => {
    const error = {
      type: '/docs/problems#origin-timeout',
      title: 'The origin did not answer in time',
      detail: 'It took 30 s.',
    };
    await expect(refresh(await imitation(task('FAILURE', error)))).rejects.toMatchObject({
      code: 'origin-timeout',
      message: 'It took 30 s.',
      problem: error,
    });
    await expect(refresh(await imitation(task('REVOKED')))).rejects.toMatchObject({ code: 'conflict' });
    await expect(refresh(await imitation(problem(403, 'insufficient-scope')))).rejects.toMatchObject({
      code: 'insufficient-scope',
    });
  });
});

describe('a ticket', () => {
  it('is asked for by POST', async () => {
    const server = await imitation(says(200, JSON_TYPE, '{"live":"0.abc","expires_in":30}'));
    expect(await transportTo(server).ticket(options())).toBe('0.abc');
    expect([server.asked[0]?.method, server.asked[0]?.path, server.asked[0]?.body]).toEqual([
      'POST',
      '/api/v1/live/',
      '',
    ]);
  });
});

describe('a whole body on a line that is cut', () => {
  const whole = `[${'"ü€😀", '.repeat(40_000)}1]`;
  const bytes = Buffer.from(whole);
  /** From here to there, then the line is cut. A part may end within a character. */
  const cut =
    (from: number, to: number, headers: Record<string, string> = {}): Reply =>
    (response, asked) => {
      const isPart = asked.headers.range !== undefined;
      response.writeHead(isPart ? 206 : 200, {
        ...HEADERS,
        'Content-Length': String(bytes.length - from),
        ...(isPart ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
        ...headers,
      });
      response.write(bytes.subarray(from, to), () => (to < bytes.length ? response.socket?.end() : response.end()));
    };
  /** Compared so, for a difference would be printed. */
  const expectWhole = ({ body }: ReadAnswer) =>
    expect(body !== null && 'text' in body && body.text === whole).toBe(true);
  /** The parts that were asked for. */
  const ranges = (server: Imitation) => server.asked.map(({ headers }) => headers.range ?? null);

  it('continues from the last byte after a pause, as often as there is progress', async () => {
    const pauses = countedPauses();
    const progress: { bytes: number; of: number | null }[] = [];
    const server = await imitation(cut(0, 100_001), cut(100_001, 200_002), cut(200_002, bytes.length));
    const outcome = transportTo(server).read(readOf(), { ...options(), onProgress: (told) => progress.push(told) });
    expectWhole(await outcome);
    expect(ranges(server)).toEqual([null, 'bytes=100001-', 'bytes=200002-']);
    expect(pauses).toEqual([1000, 1000]);
    expect(server.asked[1]?.headers['if-range']).toBe(`"${TAG}-v2"`);
    expect(progress.map(({ bytes: had }) => had)).toEqual(
      progress.map(({ bytes: had }) => had).toSorted((a, b) => a - b),
    );
    expect(progress.at(-1)).toEqual({ bytes: bytes.length, of: bytes.length });
  });

  it('continues at the next question, when none of these gained anything (7)', async () => {
    countedPauses();
    const server = await imitation(cut(0, 100_001), cut(100_001, 100_101), cut(100_101, bytes.length), cut(0, 1000));
    const transport = transportTo(server);
    const outcome = transport.read(readOf(), quiet());
    await expect(outcome).rejects.toMatchObject({ code: 'network', retryable: true });
    expectWhole(await transport.read(readOf(), quiet()));
    expect(ranges(server)).toEqual([null, 'bytes=100001-', 'bytes=100101-']);
    // The beginning is given away with the whole.
    await expect(transport.read(readOf(), quiet())).rejects.toMatchObject({ code: 'network' });
    expect(ranges(server).at(-1)).toBe(null);
  });

  it('continues after it was given up, as when the app was hidden', async () => {
    const abort = new AbortController();
    const server = await imitation(
      (response) => void response.writeHead(200, HEADERS).write(bytes.subarray(0, 70_000)),
      cut(70_000, bytes.length),
    );
    const transport = transportTo(server);
    const outcome = transport.read(readOf(), {
      ...options(abort.signal),
      onProgress: ({ bytes: had }) => had === 70_000 && abort.abort(),
    });
    await expect(outcome).rejects.toMatchObject({ code: 'closed' });
    expectWhole(await transport.read(readOf(), quiet()));
  });

  it('starts again where the body is another one by now, which If-Range tells', async () => {
    countedPauses();
    const server = await imitation(cut(0, 100_001), says(200, { ...HEADERS, ETag: `"${TAG}-v4"` }, '["new"]'));
    const outcome = read(server);
    const { item, body } = await outcome;
    expect([item.etag, body]).toEqual([`${TAG}-v4`, { text: '["new"]' }]);
  });

  it.each([
    ['of another version', { ETag: `"${TAG}-v4"` }],
    ['from another byte', { 'Content-Range': 'bytes 5-9/10' }],
    ['of a delta', { 'Content-Version': '"delta v1-v3"' }],
  ])('is not put together with a part %s', async (_what, headers: Record<string, string>) => {
    countedPauses();
    const server = await imitation(cut(0, 100_001), cut(100_001, bytes.length, headers), table);
    const transport = transportTo(server);
    const outcome = transport.read(readOf(), quiet());
    await expect(outcome).rejects.toMatchObject({ code: 'network' });
    expect((await transport.read(readOf(), quiet())).body).toEqual({ text: '[]' });
    expect(ranges(server)).toEqual([null, 'bytes=100001-', null]);
  });

  it('starts again where the body has become shorter', async () => {
    countedPauses();
    const server = await imitation(cut(0, 100_001), problem(416, 'range-not-satisfiable'), table);
    const outcome = read(server);
    expect((await outcome).body).toEqual({ text: '[]' });
    expect(ranges(server)).toEqual([null, 'bytes=100001-', null]);
  });

  it('is not gone on with where little had come, where it was a delta, or asked by POST', async () => {
    const little = await imitation(cut(0, 1000));
    const delta = await imitation(cut(0, 100_001, { 'Content-Version': '"delta v1-v3"' }));
    const post = await imitation(cut(0, 100_001));
    await expect(read(little)).rejects.toMatchObject({ code: 'network' });
    await expect(read(delta)).rejects.toMatchObject({ code: 'network' });
    await expect(read(post, { parameters: { list: [] } })).rejects.toMatchObject({ code: 'network' });
    expect([little, delta, post].map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
  });

  it('is not whole where a part ends before the end of the whole, though its own length says so (7)', async () => {
    countedPauses();
    const short: Reply = (response) =>
      void response
        .writeHead(206, { ...HEADERS, 'Content-Range': `bytes 100001-100100/${bytes.length}` })
        .end(bytes.subarray(100_001, 100_101));
    const server = await imitation(cut(0, 100_001), short, cut(100_101, bytes.length));
    const transport = transportTo(server);
    await expect(transport.read(readOf(), quiet())).rejects.toMatchObject({ code: 'network' });
    expectWhole(await transport.read(readOf(), quiet()));
  });
});

describe('a compressed body', () => {
  it('may be shorter than what it came as, which a page does not see across origins', async () => {
    const hiding: typeof fetch = async (...call) => {
      const response = await fetch(...call);
      const headers = new Headers(response.headers);
      headers.delete('Content-Encoding');
      return new Response(response.body, { status: response.status, headers });
    };
    const packed = gzipSync('[]');
    const server = await imitation(
      says(200, { ...HEADERS, 'Content-Encoding': 'gzip', 'Content-Length': String(packed.length) }, packed),
    );
    for (const more of [{}, { fetch: hiding }]) {
      expect((await transportTo(server, more).read(readOf(), quiet())).body).toEqual({ text: '[]' });
    }
  });

  it('that comes to more than its length tells no length any more', async () => {
    const text = `["${'a'.repeat(100_000)}"]`;
    const packed = gzipSync(text);
    const server = await imitation(
      says(200, { ...HEADERS, 'Content-Encoding': 'gzip', 'Content-Length': String(packed.length) }, packed),
    );
    const progress: unknown[] = [];
    await transportTo(server).read(readOf(), { ...options(), onProgress: (told) => progress.push(told) });
    expect(progress.at(-1)).toEqual({ bytes: text.length, of: null });
  });
});
