import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../src/contract/problem.ts';
import { type FetchOptions, fetchOrigin, type NewAnswer, type OriginAnswer } from '../../src/origin/fetch-origin.ts';
import type { Fetch } from '../../src/ports/network.ts';
import { type OriginAnswer as Answer, TestOrigin } from '../support/origin.ts';

const failure = (code: string, retryable: boolean, more = {}) => expect.objectContaining({ code, retryable, ...more });
const EARLIER = 'Mon, 02 Nov 2026 10:00:00 GMT';
const timeout = new LoadFailure('origin-timeout', 'too slow', { retryable: true });

interface Asked extends Partial<FetchOptions> {
  timeoutMs?: number;
  headers?: Record<string, string>;
}

async function ask(url: string, { timeoutMs = 20_000, headers = {}, ...more }: Asked = {}): Promise<OriginAnswer> {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeout), timeoutMs);
  const ownHeaders = new Headers({ 'Accept-Encoding': 'gzip, br' });
  const all = new Headers([...ownHeaders, ...Object.entries(headers)]);
  const request = { url: new URL(url), method: 'GET' as const, headers: all, ownHeaders, body: null };
  return fetchOrigin(request, {
    fetch: (...args) => fetch(...args),
    accepts: async () => true,
    signal: controller.signal,
    maxBytes: 1_000_000,
    validators: null,
    redirects: 'same',
    hosts: [],
    now: Date.now(),
    secrets: [],
    ...more,
  });
}

async function newAnswer(url: string, asked: Asked = {}): Promise<NewAnswer> {
  const answer = await ask(url, asked);
  if (answer.outcome !== 'new') throw new Error(answer.outcome);
  return answer;
}

async function read(url: string, asked: Asked = {}): Promise<string> {
  const answer = await newAnswer(url, asked);
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body) text += decoder.decode(piece, { stream: true });
  return text;
}

async function originWith(answer: Answer): Promise<TestOrigin> {
  const origin = new TestOrigin();
  await origin.answer(answer);
  return origin;
}

const responding =
  (body: BodyInit | null, init: ResponseInit): Fetch =>
  async () =>
    new Response(body, init);

describe('an answer', () => {
  it('comes with its type and validators, and whole', async () => {
    const body = 'ä'.repeat(100_000);
    const origin = await originWith({
      body,
      bytes_per_chunk: 777,
      headers: { ETag: '"e"', 'Last-Modified': EARLIER, 'Content-Type': 'text/x' },
    });
    expect(await read(origin.url)).toBe(body);
    const answer = await newAnswer(origin.url);
    expect(answer.headers.get('Content-Type')).toBe('text/x');
    expect(answer).toMatchObject({ status: 200, validators: { etag: '"e"', lastModified: EARLIER } });
  });

  it('may be empty, or say that it has no content', async () => {
    expect(await read((await originWith({ body: '' })).url)).toBe('');
    for (const status of [204, 205]) {
      const { url } = await originWith({ status });
      expect(await newAnswer(url)).toMatchObject({ status });
      expect(await read(url)).toBe('');
    }
  });

  it('is asked for with the headers given, past every cache', async () => {
    const origin = await originWith({ body: 'x' });
    await read(origin.url, { headers: { Authorization: 'Bearer x' } });
    const [seen] = await origin.requests();
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer x',
      'cache-control': expect.stringContaining('no-cache'),
    });
  });
});

describe('header values', () => {
  it('beyond ASCII go as UTF-8', async () => {
    const origin = await originWith({ body: 'x' });
    await read(origin.url, { headers: { 'X-User': 'Jörg 😀' } });
    const [seen] = await origin.requests();
    expect(Buffer.from(seen?.headers['x-user'] ?? '', 'latin1').toString('utf8')).toBe('Jörg 😀');
  });
});

describe('conditional requests', () => {
  it('send the validators of the load before and take 304 as the same answer', async () => {
    const origin = await originWith({ status: 304, headers: { ETag: 'W/"old"' } });
    const validators = { etag: '"old"', lastModified: EARLIER };
    expect(await ask(origin.url, { validators })).toEqual({
      outcome: 'same',
      validators: { etag: 'W/"old"', lastModified: EARLIER },
    });
    const [seen] = await origin.requests();
    expect(seen?.headers).toMatchObject({ 'if-none-match': '"old"', 'if-modified-since': EARLIER });
  });

  it.each([
    [{ etag: '"old"', lastModified: null }, { ETag: '"new"' }],
    [{ etag: null, lastModified: EARLIER }, { 'Last-Modified': 'Mon, 02 Nov 2026 11:00:00 GMT' }],
  ])('are made again without conditions after a 304 about another version: %j %j', async (validators, headers) => {
    const origin = await originWith({ status: 304, headers, next: { body: 'new', headers } });
    expect(await read(origin.url, { validators })).toBe('new');
    const [first, second, ...more] = (await origin.requests()).map(
      ({ headers: sent }) => sent['if-none-match'] ?? sent['if-modified-since'],
    );
    expect([first, second, more]).toEqual([validators.etag ?? validators.lastModified, undefined, []]);
  });

  it('fail if even then the answer is 304', async () => {
    const origin = await originWith({ status: 304, headers: { ETag: '"new"' } });
    const validators = { etag: '"old"', lastModified: null };
    await expect(ask(origin.url, { validators })).rejects.toThrow(failure('origin-status', false));
    expect(await origin.requests()).toHaveLength(2);
  });

  it('do not send what is not a validator', async () => {
    const origin = await originWith({ body: 'x' });
    await ask(origin.url, { validators: { etag: '*', lastModified: '-1' } });
    await ask(origin.url, { validators: { etag: 'bare-tag', lastModified: null } });
    const sent = (await origin.requests()).map(({ headers }) => [
      headers['if-none-match'],
      headers['if-modified-since'],
    ]);
    expect(sent).toEqual([
      [undefined, undefined],
      ['bare-tag', undefined],
    ]);
  });

  it('are not made without validators: then a 304 is not an answer', async () => {
    const origin = await originWith({ status: 304 });
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-status', false));
    await expect(ask(origin.url, { validators: { etag: null, lastModified: null } })).rejects.toThrow(
      failure('origin-status', false),
    );
    for (const { headers } of await origin.requests()) expect(headers).not.toHaveProperty('if-none-match');
  });
});

describe('what is not an answer', () => {
  it('is a redirect to elsewhere: it names the host to administrators and is not followed', async () => {
    const origin = await originWith({ status: 302, headers: { Location: 'https://elsewhere.example.net/?token=x' } });
    const message = expect.stringMatching(/^The origin redirected elsewhere, where the service does not follow\./);
    const adminDetail = expect.stringMatching(/^The origin redirected to elsewhere\.example\.net, /);
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-redirect', false, { message, adminDetail }));
  });

  it('is an error, with its Retry-After', async () => {
    const origin = await originWith({ status: 503, headers: { 'Retry-After': '9' }, body: 'a long story' });
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-status', true, { retryAfterMs: 9000 }));
  });

  it('is nobody there', async () => {
    await expect(ask('http://127.0.0.1:9/')).rejects.toThrow(failure('origin-unreachable', true));
  });
});

describe('a redirect', () => {
  it('within the origin is followed, with the headers of the definition', async () => {
    const there = await originWith({ body: 'there', headers: { ETag: '"t"' } });
    const origin = await originWith({ status: 302, headers: { Location: `${new URL(there.url).pathname}/data?a=1` } });
    const answer = await newAnswer(origin.url, { headers: { Authorization: 'Bearer x' } });
    expect(answer).toMatchObject({ url: new URL(`${there.url}/data?a=1`), validators: { etag: '"t"' } });
    const [seen] = await there.requests();
    expect(seen?.headers.authorization).toBe('Bearer x');
  });

  it('to another host is followed where that is allowed, without them', async () => {
    const there = await originWith({ body: 'there' });
    const origin = await originWith({
      status: 302,
      headers: { Location: there.url.replace('127.0.0.1', 'localhost') },
    });
    const asked = {
      redirects: 'hosts',
      hosts: ['127.0.0.1', 'localhost'],
      headers: { Authorization: 'Bearer x' },
    } as const;
    expect(await read(origin.url, asked)).toBe('there');
    const [seen] = await there.requests();
    expect(seen?.headers).not.toHaveProperty('authorization');
    expect(seen?.headers['accept-encoding']).toBe('gzip, br');
    await expect(read(origin.url, { ...asked, redirects: 'same' })).rejects.toThrow(failure('origin-redirect', false));
    await expect(read(origin.url, { ...asked, hosts: ['127.0.0.1'] })).rejects.toThrow(
      failure('origin-redirect', false),
    );
  });

  it('is followed three times and no more', async () => {
    const here = new TestOrigin();
    const { pathname } = new URL(here.url);
    const hop = (next: Answer): Answer => ({ status: 307, headers: { Location: pathname }, next });
    await here.answer(hop(hop(hop({ body: 'at last' }))));
    expect(await read(here.url)).toBe('at last');
    await here.answer(hop(hop(hop(hop({ body: 'never' })))));
    await expect(read(here.url)).rejects.toThrow(failure('origin-redirect', false));
  });
});

describe('content codings', () => {
  const body = '{"items":["ä"]}'.repeat(10_000);

  it('are offered', async () => {
    const origin = await originWith({ body: 'x' });
    await read(origin.url);
    const [seen] = await origin.requests();
    expect(seen?.headers['accept-encoding']).toBe('gzip, br');
  });

  it.each([['gzip'], ['GZIP'], ['x-gzip'], ['deflate'], ['br'], ['Br'], ['gzip', 'br'], ['deflate', 'X-Gzip', 'gzip']])(
    'are decoded once: %s %s %s',
    async (...codings) => {
      for (const bytes_per_chunk of [0, 100]) {
        expect(await read((await originWith({ body, codings, bytes_per_chunk })).url)).toBe(body);
      }
    },
  );

  it('that are not known fail the load and are named', async () => {
    const origin = await originWith({ body, headers: { 'Content-Encoding': 'gzip, zstd' } });
    const message =
      'The origin\'s answer has the content coding "zstd", which is not known here: the service asks for gzip or br.';
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-malformed', false, { message }));
  });

  it.each(['gzip', 'deflate', 'br'])('of %s that break off fail the load', async (coding) => {
    for (const headers of [{}, { 'Content-Length': '100000' }]) {
      const origin = await originWith({ body, codings: [coding], headers, cut_after: 60, bytes_per_chunk: 20 });
      await expect(read(origin.url)).rejects.toThrow(expect.objectContaining({ retryable: true }));
    }
    const origin = await originWith({ body, headers: { 'Content-Encoding': coding } });
    await expect(read(origin.url)).rejects.toThrow(failure('origin-malformed', false));
  });

  it.each([['gzip'], ['br'], ['br', 'gzip']])('of a bomb end as soon as it is too large: %s %s', async (...codings) => {
    const origin = await originWith({ body: ' '.repeat(1_000_000), times: 30, codings });
    await expect(read(origin.url)).rejects.toThrow(failure('origin-too-large', false));
  });
});

describe('the time-out', () => {
  it('ends a request that is never answered', async () => {
    const origin = await originWith({ hang: true });
    await expect(ask(origin.url, { timeoutMs: 100 })).rejects.toThrow(timeout);
  });

  it('ends an answer that drips', async () => {
    const drip: Fetch = async () => {
      const body = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          controller.enqueue(new TextEncoder().encode('x'));
        },
      });
      return new Response(body);
    };
    await expect(read('http://127.0.0.1/', { fetch: drip, timeoutMs: 100 })).rejects.toThrow(timeout);
  });

  it('ends an answer that stops coming', async () => {
    let cancelled = false;
    const stalls: Fetch = async () =>
      new Response(
        new ReadableStream({
          pull: () => new Promise(() => undefined),
          cancel: () => {
            cancelled = true;
          },
        }),
      );
    await expect(read('http://127.0.0.1/', { fetch: stalls, timeoutMs: 100 })).rejects.toThrow(timeout);
    expect(cancelled).toBe(true);
  });
});

describe('bytes', () => {
  it('past the limit end the load, announced or not', async () => {
    const origin = await originWith({ body: 'x'.repeat(1000), bytes_per_chunk: 100 });
    expect(await read(origin.url, { maxBytes: 1000 })).toHaveLength(1000);
    await expect(read(origin.url, { maxBytes: 999 })).rejects.toThrow(failure('origin-too-large', false));
    const announced = await originWith({ body: 'x'.repeat(1000), headers: { 'Content-Length': '1000' } });
    await expect(ask(announced.url, { maxBytes: 999 })).rejects.toThrow(failure('origin-too-large', false));
  });

  it('count after decompression, and Content-Length those before', async () => {
    const origin = await originWith({ body: 'y'.repeat(5000), codings: ['gzip'], headers: { 'Content-Length': '40' } });
    expect(await read(origin.url, { maxBytes: 5000 })).toHaveLength(5000);
    await expect(read(origin.url, { maxBytes: 4999 })).rejects.toThrow(failure('origin-too-large', false));
  });

  it.each([{ 'Content-Length': '1000' }, {}])('that break off are not an answer (%j)', async (headers) => {
    const origin = await originWith({ body: 'x'.repeat(1000), headers, cut_after: 400, bytes_per_chunk: 100 });
    await expect(read(origin.url)).rejects.toThrow(expect.objectContaining({ retryable: true }));
  });

  it('that are cut off in transit are not an answer', async () => {
    const breaks: Fetch = async () => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('half')),
        pull: (controller) => controller.error(new Error('reset')),
      });
      return new Response(body);
    };
    await expect(read('http://127.0.0.1/', { fetch: breaks })).rejects.toThrow(failure('origin-unreachable', true));
  });

  it('other than announced are not an answer', async () => {
    const wrong = responding('short', { headers: { 'Content-Length': '6' } });
    await expect(read('http://127.0.0.1/', { fetch: wrong })).rejects.toThrow(failure('origin-malformed', true));
  });
});
