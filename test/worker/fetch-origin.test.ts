import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../src/contract/problem.ts';
import { type Fetch, type FetchOptions, fetchOrigin, type OriginAnswer } from '../../src/origin/fetch-origin.ts';
import { type OriginAnswer as Answer, TestOrigin } from '../support/origin.ts';

const failure = (code: string, retryable: boolean, more = {}) => expect.objectContaining({ code, retryable, ...more });
const timeout = new LoadFailure('origin-timeout', 'too slow', { retryable: true });

interface Asked extends Partial<FetchOptions> {
  timeoutMs?: number;
  headers?: Record<string, string>;
}

async function ask(url: string, { timeoutMs = 20_000, headers = {}, ...more }: Asked = {}): Promise<OriginAnswer> {
  const controller = new AbortController();
  setTimeout(() => controller.abort(timeout), timeoutMs);
  const request = { url: new URL(url), method: 'GET' as const, headers: new Headers(headers), body: null };
  return fetchOrigin(request, {
    fetch: (...args) => fetch(...args),
    signal: controller.signal,
    maxBytes: 1_000_000,
    validators: null,
    now: 0,
    ...more,
  });
}

async function read(url: string, asked: Asked = {}): Promise<string> {
  const answer = await ask(url, asked);
  if (answer.outcome !== 'new') throw new Error(answer.outcome);
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
      headers: { ETag: '"e"', 'Last-Modified': 'then', 'Content-Type': 'text/x' },
    });
    expect(await read(origin.url)).toBe(body);
    expect(await ask(origin.url)).toMatchObject({
      contentType: 'text/x',
      validators: { etag: '"e"', lastModified: 'then' },
    });
  });

  it('may be empty', async () => {
    expect(await read((await originWith({ body: '' })).url)).toBe('');
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
    const origin = await originWith({ status: 304, headers: { ETag: '"new"' } });
    const validators = { etag: '"old"', lastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' };
    expect(await ask(origin.url, { validators })).toEqual({
      outcome: 'same',
      validators: { etag: '"new"', lastModified: validators.lastModified },
    });
    const [seen] = await origin.requests();
    expect(seen?.headers).toMatchObject({ 'if-none-match': '"old"', 'if-modified-since': validators.lastModified });
  });

  it('are not made without validators: then a 304 is no answer', async () => {
    const origin = await originWith({ status: 304 });
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-status', false));
    await expect(ask(origin.url, { validators: { etag: null, lastModified: null } })).rejects.toThrow(
      failure('origin-status', false),
    );
    for (const { headers } of await origin.requests()) expect(headers).not.toHaveProperty('if-none-match');
  });
});

describe('what is no answer', () => {
  it('is a redirect: it names the host to administrators and is not followed', async () => {
    const elsewhere = await originWith({ body: 'secret' });
    const origin = await originWith({ status: 302, headers: { Location: `${elsewhere.url}?token=x` } });
    const { host } = new URL(elsewhere.url);
    const message = 'The origin sent us elsewhere, and redirects are not followed.';
    const adminDetail = `The origin sent us to ${host}, and redirects are not followed.`;
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-redirect', false, { message, adminDetail }));
    expect(await elsewhere.requests()).toEqual([]);
  });

  it('is an error, with its Retry-After', async () => {
    const origin = await originWith({ status: 503, headers: { 'Retry-After': '9' }, body: 'a long story' });
    await expect(ask(origin.url)).rejects.toThrow(failure('origin-status', true, { retryAfterMs: 9000 }));
  });

  it('is nobody there', async () => {
    await expect(ask('http://127.0.0.1:9/')).rejects.toThrow(failure('origin-unreachable', true));
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

  it('count after decompression, and are then not compared with Content-Length', async () => {
    const packed = await new Response(
      new Blob(['y'.repeat(5000)]).stream().pipeThrough(new CompressionStream('gzip')),
    ).bytes();
    const headers = { 'Content-Encoding': 'gzip', 'Content-Length': `${packed.length}` };
    const unpacked = responding('y'.repeat(5000), { headers, encodeBody: 'manual' });
    expect(await read('http://127.0.0.1/', { fetch: unpacked })).toHaveLength(5000);
    await expect(read('http://127.0.0.1/', { fetch: unpacked, maxBytes: 4999 })).rejects.toThrow(
      failure('origin-too-large', false),
    );
  });

  it.each([{ 'Content-Length': '1000' }, {}])('that break off are no answer (%j)', async (headers) => {
    const origin = await originWith({ body: 'x'.repeat(1000), headers, cut_after: 400, bytes_per_chunk: 100 });
    await expect(read(origin.url)).rejects.toThrow(expect.objectContaining({ retryable: true }));
  });

  it('that break off on the way are no answer', async () => {
    const breaks: Fetch = async () => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('half')),
        pull: (controller) => controller.error(new Error('reset')),
      });
      return new Response(body);
    };
    await expect(read('http://127.0.0.1/', { fetch: breaks })).rejects.toThrow(failure('origin-unreachable', true));
  });

  it('other than announced are no answer', async () => {
    const wrong = responding('short', { headers: { 'Content-Length': '6' } });
    await expect(read('http://127.0.0.1/', { fetch: wrong })).rejects.toThrow(failure('origin-malformed', true));
  });
});
