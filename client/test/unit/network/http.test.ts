/** What is an answer of the service and what is not; how long each request may last; where the token goes (invariants 7, 9, 19). */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FreshetError } from '../../../src/error.ts';
import { type Imitation, imitation, problem, says } from '../../support/imitation.ts';
import { cacheOf, options, questionOf, quiet, readOf, TOKEN, transportTo } from '../../support/transports.ts';

const end = '{"end":true,"user":"alice","now":"2026-11-28T12:00:00.000Z"}\n';
const lines = { 'Content-Type': 'application/x-ndjson' };
const sync = (server: { url: string }, more?: { fetch: typeof fetch }, signal?: AbortSignal) =>
  transportTo(server, more).sync(questionOf(cacheOf('a')), () => {}, options(signal));

async function errorOf(work: Promise<unknown>): Promise<FreshetError> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(FreshetError);
  return error as FreshetError;
}

afterEach(() => vi.useRealTimers());

describe('a problem of the service', () => {
  it.each([
    [401, 'unauthenticated', false],
    [403, 'insufficient-scope', false],
    [400, 'invalid-parameters', false],
    [429, 'rate-limited', true],
    [503, 'overloaded', true],
    [500, 'internal', true],
  ])(
    '%i %s is an error of that code; it tells whether to try again, and the request',
    async (status, code, retryable) => {
      const error = await errorOf(sync(await imitation(problem(status, code))));
      expect(error).toMatchObject({ status, code, retryable, requestId: 'request-1', message: `It is ${code}.` });
      expect(error.problem).toMatchObject({ title: code });
    },
  );

  it.each([
    ['seconds', { 'Retry-After': '17' }, 17],
    [
      'a date, by the clock of who says it',
      { 'Retry-After': 'Sat, 01 Jan 2000 00:01:00 GMT', Date: 'Sat, 01 Jan 2000 00:00:00 GMT' },
      60,
    ],
    [
      'a date that has passed',
      { 'Retry-After': 'Sat, 01 Jan 2000 00:00:00 GMT', Date: 'Sat, 01 Jan 2000 00:01:00 GMT' },
      0,
    ],
    ['more than an hour', { 'Retry-After': '999999' }, 3600],
    ['nonsense', { 'Retry-After': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('asks to wait: %s (19)', async (_what, headers: Record<string, string>, retryAfterS) => {
    const error = await errorOf(sync(await imitation(problem(503, 'overloaded', headers))));
    expect(error.retryAfterS).toBe(retryAfterS);
  });
});

describe('what is not an answer of the service', () => {
  const html = { 'Content-Type': 'text/html' };
  const json = { 'Content-Type': 'application/json' };
  const answers = [
    ['a page of a captive portal', says(200, html, '<html>Sign in</html>')],
    [
      'a page that is cut',
      (response: ServerResponse) =>
        void response.writeHead(200, { ...html, 'Content-Length': '100' }).write('<html>', () => response.destroy()),
    ],
    ['nothing', says(200, json)],
    ['JSON of another kind', says(200, json, '{"status":"sign in"}\n')],
    ['JSON that is no object', says(200, json, '1\n')],
    ['null', says(200, json, 'null\n')],
    ['204', says(204, {})],
    ['a proxy that fails', says(502, html, '<h1>Bad gateway</h1>')],
    ['a proxy that fails in JSON', says(503, json, '{"message":"no healthy upstream"}')],
    ['a problem of somebody else', says(404, json, '{"type":"about:blank","detail":"no"}')],
    ['a proxy that wants a password', says(407, html, '')],
  ] as const;

  it.each(answers)('%s is a network error, asked once (7)', async (_what, reply) => {
    const server = await imitation(reply);
    expect(await errorOf(sync(server))).toMatchObject({ code: 'network', retryable: true });
    expect(await errorOf(transportTo(server).read(readOf(), quiet()))).toMatchObject({ code: 'network' });
    expect(await errorOf(transportTo(server).ticket(options()))).toMatchObject({ code: 'network' });
    expect(await errorOf(transportTo(server).refresh({ title: 'cars', parameters: {} }, options()))).toMatchObject({
      code: 'network',
    });
    expect(server.asked.length).toBe(4);
  });

  it('waits as long as a proxy asks', async () => {
    expect(await errorOf(sync(await imitation(says(429, { 'Retry-After': '60' }, 'slow down'))))).toMatchObject({
      code: 'network',
      status: 429,
      retryAfterS: 60,
    });
  });

  it.each([301, 302, 303, 307, 308])(
    'follows no redirect (%i), and sends the token nowhere else (9)',
    async (status) => {
      const other = await imitation(says(200, lines, end));
      const server = await imitation(says(status, { Location: `${other.url}/api/v1/sync/` }));
      expect(await errorOf(sync(server))).toMatchObject({ code: 'network' });
      expect([server.asked.length, other.asked.length]).toEqual([1, 0]);
    },
  );

  it('is a network error where nobody listens', async () => {
    expect(await errorOf(sync({ url: 'http://127.0.0.1:1' }))).toMatchObject({ code: 'network', retryable: true });
  });
});

describe('the token', () => {
  it('stands in the header Authorization, and nowhere else (9)', async () => {
    const server = await imitation(says(200, lines, end));
    await sync(server);
    const [{ headers, ...rest }] = server.asked as [Imitation['asked'][0]];
    expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(headers['x-device-id']).toBe('tablet-7');
    expect(JSON.stringify({ ...rest, headers: { ...headers, authorization: '' } })).not.toContain(TOKEN);
  });

  it.each(['', 'two\nlines', 'späß', 'a b'])(
    'that no header takes is refused without a request, and not told (9): %j',
    async (token) => {
      const server = await imitation(says(200, lines, end));
      const error = await errorOf(
        transportTo(server).sync(questionOf(cacheOf('a')), () => {}, { ...options(), token }),
      );
      expect([error.code, error.status, error.cause, server.asked.length]).toEqual([
        'unauthenticated',
        401,
        undefined,
        0,
      ]);
      if (token !== '') expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(token);
    },
  );

  it('is in no error, whatever fails (9)', async () => {
    const broken = Object.assign(() => Promise.reject(new Error(`no fetch for ${TOKEN}`)), {});
    const error = await errorOf(sync({ url: 'http://127.0.0.1:1' }, { fetch: broken as typeof fetch }));
    expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toContain(TOKEN);
  });
});

describe('a request', () => {
  it('keeps out of the HTTP cache and sends no cookies', async () => {
    const seen: (RequestInit | undefined)[] = [];
    const server = await imitation(says(200, lines, end));
    await sync(server, {
      fetch: (input, init) => {
        seen.push(init);
        return fetch(input, init);
      },
    });
    expect(seen[0]).toMatchObject({ cache: 'no-store', credentials: 'omit' });
  });

  it('ends 45 s after it was asked when no answer begins, and gives the connection up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await imitation(() => {});
    const outcome = errorOf(sync(server));
    await server.request(0);
    vi.advanceTimersByTime(44_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await outcome).toMatchObject({ code: 'timeout', retryable: true });
    await server.givenUp(0);
  });

  it('ends so, too, where the platform does not heed that it was given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outcome = errorOf(sync({ url: 'http://127.0.0.1:1' }, { fetch: () => new Promise(() => {}) }));
    vi.advanceTimersByTime(45_000);
    expect(await outcome).toMatchObject({ code: 'timeout' });
  });

  it('ends 30 s after the last byte of its body, however long it has taken before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let drip = () => {};
    const server = await imitation((response) => {
      response.writeHead(200, lines);
      drip = () => void response.write('{"id":"a","status":304}\n');
      drip();
    });
    let items = 0;
    let heard = () => {};
    const item = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      });
    let next = item();
    const outcome = errorOf(
      transportTo(server).sync(
        questionOf(cacheOf('a')),
        () => {
          items += 1;
          heard();
        },
        options(),
      ),
    );
    for (let turn = 0; turn < 4; turn += 1) {
      await next;
      next = item();
      vi.advanceTimersByTime(29_000);
      drip();
    }
    await next;
    vi.advanceTimersByTime(30_000);
    expect([(await outcome).code, items]).toEqual(['timeout', 5]);
  });

  it('that is given up ends as closed, and leaves no timer (17)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await imitation(() => {});
    const abort = new AbortController();
    const outcome = errorOf(sync(server, undefined, abort.signal));
    await server.request(0);
    abort.abort();
    expect(await outcome).toMatchObject({ code: 'closed', retryable: false });
    expect(vi.getTimerCount()).toBe(0);
    await server.givenUp(0);
    expect(await errorOf(sync(server, undefined, abort.signal))).toMatchObject({ code: 'closed' });
    expect(server.asked.length).toBe(1);
  });

  it('that has ended no longer listens to the signal (17)', async () => {
    const { signal } = new AbortController();
    let count = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...call: unknown[]) => {
      count += 1;
      add.apply(signal, call as never);
    };
    signal.removeEventListener = (...call: unknown[]) => {
      count -= 1;
      remove.apply(signal, call as never);
    };
    // What the platform itself does with the signal is its own.
    await sync(
      await imitation(says(200, lines, end)),
      { fetch: (input, init) => fetch(input, { ...init, signal: null }) },
      signal,
    );
    expect(count).toBe(0);
  });

  it('that has ended leaves no timer and no connection that waits (17)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await imitation((response) => void response.writeHead(200, lines).write(end));
    await sync(server);
    expect(vi.getTimerCount()).toBe(0);
    await server.givenUp(0);
  });
});
