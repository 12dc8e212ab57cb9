/**
 * The one way out to origins: one time-out for the whole load, redirects only where they are allowed, bytes counted as they
 * come, and the connection let go of whatever happens.
 */

import { LoadFailure } from '../contract/problem.ts';
import type { OriginRequest } from './build-request.ts';
import { contentCodings, decoded } from './content-codings.ts';
import type { Authorize } from './credentials.ts';
import { hasNoContent, statusFailure } from './origin-status.ts';
import { isRedirect, type RedirectRules, redirected } from './redirects.ts';
import { plainWords, withOriginsWords } from './refusal-text.ts';
import { type Accepts, unreachable } from './unreachable.ts';
import { sendable, type Validators, validatedBy, validatorsOf } from './validators.ts';

/** `fetch`, or what stands for it in a test. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How an origin is asked. */
export interface FetchOptions extends RedirectRules {
  fetch: Fetch;
  /** Tells why a request got no answer; null: that cannot be found out. */
  accepts: Accepts | null;
  /** Puts what lets us in into each request, as long as no redirect has led elsewhere. */
  authorize?: Authorize;
  /** After 401: whether there is something else to let us in, and the request may be made again. */
  renew?(signal: AbortSignal): Promise<boolean>;
  /** Ends the load; its reason is a LoadFailure. */
  signal: AbortSignal;
  /** Most bytes of the body, decoded, together with `usedBytes`. */
  maxBytes: number;
  /** Bytes of what came before and counts with it: of earlier pages. */
  usedBytes?: number;
  /** Null: an unconditional request. */
  validators: Validators | null;
  /** ms since the epoch, for dates of the origin. */
  now: number;
  /** Values that went into the request and are told to nobody. */
  secrets: readonly string[];
}

/** What an origin answers when it answers well. */
export type OriginAnswer =
  /** 304: what was loaded before is still the answer. */
  { outcome: 'same'; validators: Validators } | NewAnswer;

/** An answer that is the data. */
export interface NewAnswer {
  outcome: 'new';
  validators: Validators;
  /** Where it came from: the URL that was asked, or where redirects led. */
  url: URL;
  headers: Headers;
  /** One of those that are the data, or that say that there is no content. */
  status: number;
  /** Decoded; it is whole only when it ends without an error. */
  body: AsyncIterable<Uint8Array>;
  /** What of its text may be told to administrators: nothing that it was sent. */
  words?: ((text: string) => string) | undefined;
  /** Lets the connection go, read to its end or not. */
  release(): void;
}

/** The answer to a request without validators. @throws Error where it is none: only a conditional request can be answered as unchanged */
export function asNew(answer: OriginAnswer): NewAnswer {
  if (answer.outcome === 'new') return answer;
  throw new Error('an unconditional request was answered as if it were one');
}

/** Asks an origin. @throws LoadFailure `origin-*`: no header value, URL or text of the origin is in its detail; its words on a refusal are for administrators */
export async function fetchOrigin(request: OriginRequest, options: FetchOptions): Promise<OriginAnswer> {
  const { now } = options;
  const sent = sendable(options.validators ?? { etag: null, lastModified: null }, now);
  const { asked, response } = await follow(request, options, sent);
  if (response.status === 304) {
    await discard(response);
    const validators = validatedBy(response.headers, sent, now);
    if (validators !== null) return { outcome: 'same', validators };
    // It is about another version than the one that is held, so it must come whole.
    if (sent.etag !== null || sent.lastModified !== null) {
      return fetchOrigin(request, { ...options, validators: null });
    }
  }
  const refusal = statusFailure(response, now);
  if (refusal !== null) {
    const failure = await withOriginsWords(refusal, response, { ...request, secrets: options.secrets }, options.signal);
    await discard(response);
    throw failure;
  }
  const failure = lengthFailure(response, options);
  if (failure !== null) {
    await discard(response);
    throw failure;
  }
  const answer = await read(asked, response, options);
  return { ...answer, words: (text) => plainWords(text, { ...request, secrets: options.secrets }) };
}

/** Asks, and follows where that leads. */
async function follow(
  request: OriginRequest,
  options: FetchOptions,
  validators: Validators,
): Promise<{ asked: URL; response: Response }> {
  const { signal, authorize = async (asked: OriginRequest) => asked, renew = async () => false } = options;
  let next = request;
  let isOurs = true;
  for (let followed = 0; ; followed += 1) {
    isOurs &&= next.url.origin === request.url.origin;
    const makeRequest = async () => ask(isOurs ? await authorize(next, signal) : next, options, validators);
    let response = await makeRequest();
    if (response.status === 401 && isOurs && (await renew(signal))) {
      await discard(response);
      response = await makeRequest();
    }
    if (!isRedirect(response)) return { asked: next.url, response };
    await discard(response);
    next = redirected(next, response, followed, options);
  }
}

async function ask(
  request: OriginRequest,
  { fetch, accepts, signal }: FetchOptions,
  validators: Validators,
): Promise<Response> {
  const headers = new Headers(request.headers);
  if (validators.etag !== null) headers.set('If-None-Match', validators.etag);
  if (validators.lastModified !== null) headers.set('If-Modified-Since', validators.lastModified);
  signal.throwIfAborted();
  const init: RequestInit & { encodeResponseBody: 'manual' } = {
    method: request.method,
    headers,
    body: request.body,
    redirect: 'manual',
    // A copy from before the refresh was asked for is not what was asked for.
    cache: 'no-store',
    // Bodies come as they were sent, and are decoded here alone.
    encodeResponseBody: 'manual',
    signal,
  };
  try {
    return await fetch(request.url.href, init);
  } catch (cause) {
    signal.throwIfAborted();
    throw await unreachable(request, cause, accepts);
  }
}

async function read(
  url: URL,
  response: Response,
  { signal, maxBytes, usedBytes = 0, now }: FetchOptions,
): Promise<NewAnswer> {
  const { headers } = response;
  const reader = response.body?.getReader();
  // Cancelling makes a pending read end at once, also where the platform would wait for the next bytes.
  const release = () => {
    signal.removeEventListener('abort', release);
    void reader?.cancel().catch(() => undefined);
  };
  try {
    const codings = contentCodings(headers.get('Content-Encoding'));
    signal.addEventListener('abort', release);
    const announced = hasNoContent(response) ? null : contentLength(headers);
    const bound = { most: maxBytes - usedBytes, failure: tooLarge(maxBytes) };
    const raw = readBody(reader, announced, signal, bound);
    const body = decoded(raw, codings, bound.most, bound.failure);
    const validators = validatorsOf(headers, now);
    return { outcome: 'new', validators, url, status: response.status, headers, body, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** The body in pieces as it was sent; it ends only when all of it has come. `announced`: how many bytes that is, if known. */
async function* readBody(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  announced: number | null,
  signal: AbortSignal,
  { most, failure }: { most: number; failure: LoadFailure },
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      signal.throwIfAborted();
      throw brokenOff(cause);
    });
    signal.throwIfAborted();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > most) throw failure;
    yield value;
  }
  if (announced !== null && announced !== bytes) {
    // A connection that was cut, whatever it looks like from here: worth another try.
    throw new LoadFailure(
      'origin-malformed',
      `The origin announced ${announced} bytes and sent ${bytes}: its answer was cut on the way.`,
      {
        retryable: true,
      },
    );
  }
}

/** Bytes of the body as it is sent, compressed or not. */
function contentLength(headers: Headers): number | null {
  const text = headers.get('Content-Length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function lengthFailure(
  response: Response,
  { maxBytes, usedBytes = 0 }: Pick<FetchOptions, 'maxBytes' | 'usedBytes'>,
): LoadFailure | null {
  const announced = hasNoContent(response) ? 0 : (contentLength(response.headers) ?? 0);
  return announced > maxBytes - usedBytes ? tooLarge(maxBytes) : null;
}

/** An unread body would hold the connection; that it cannot be cancelled any more changes nothing. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function brokenOff(cause: unknown): LoadFailure {
  return new LoadFailure('origin-unreachable', "The origin's answer broke off before it was complete.", {
    retryable: true,
    cause,
  });
}

function tooLarge(maxBytes: number): LoadFailure {
  return new LoadFailure(
    'origin-too-large',
    `The origin answered with more than ${maxBytes} bytes (origin.max_bytes).`,
  );
}
