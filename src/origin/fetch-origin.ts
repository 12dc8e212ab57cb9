/**
 * The only way to send requests to origins: one time-out for the whole load, redirects only where they are allowed, a
 * running count of bytes, and a connection that is always released.
 */

import { LoadFailure } from '../contract/problem.ts';
import { counted } from '../core/counted.ts';
import type { Accepts, Fetch } from '../ports/network.ts';
import type { OriginRequest } from './build-request.ts';
import { contentCodings, decoded } from './content-codings.ts';
import type { Authorize } from './credentials.ts';
import { hasNoContent, statusFailure } from './origin-status.ts';
import { isRedirect, type RedirectRules, redirected } from './redirects.ts';
import { plainWords, withOriginsWords } from './refusal-text.ts';
import { unreachable } from './unreachable.ts';
import { sendable, type Validators, validatedBy, validatorsOf } from './validators.ts';

/** How to request an origin. */
export interface FetchOptions extends RedirectRules {
  fetch: Fetch;
  /** Finds out why a request got no answer; null: that is not possible. */
  accepts: Accepts | null;
  /** Adds the credentials to each request until a redirect leads to another host. */
  authorize?: Authorize;
  /** After a 401: whether there are new credentials, so that the request can be repeated. */
  renew?(signal: AbortSignal): Promise<boolean>;
  /** Aborts the load; its reason is a LoadFailure. */
  signal: AbortSignal;
  /** Most bytes of the decoded body, together with `usedBytes`. */
  maxBytes: number;
  /** Bytes of earlier pages, which count too. */
  usedBytes?: number;
  /** Null: an unconditional request. */
  validators: Validators | null;
  /** ms since the epoch, to evaluate dates of the origin. */
  now: number;
  /** Values that went into the request and must not be revealed. */
  secrets: readonly string[];
}

/** A successful answer of an origin. */
export type OriginAnswer =
  /** 304: the data of the previous load is still valid. */
  { outcome: 'same'; validators: Validators } | NewAnswer;

/** An answer that is the data. */
export interface NewAnswer {
  outcome: 'new';
  validators: Validators;
  /** The URL of the answer, after redirects. */
  url: URL;
  headers: Headers;
  /** A status that means data, or no content. */
  status: number;
  /** Decoded. The body is complete only if it ends without an error. */
  body: AsyncIterable<Uint8Array>;
  /** Makes a text of the answer safe for administrators: removes everything that the request sent. */
  words?: ((text: string) => string) | undefined;
  /** Releases the connection, even before the body has been read. */
  release(): void;
}

/** The answer to an unconditional request. @throws Error for a 304, which only a conditional request can get */
export function asNew(answer: OriginAnswer): NewAnswer {
  if (answer.outcome === 'new') return answer;
  throw new Error('an unconditional request was answered as if it were one');
}

/**
 * Sends a request to an origin. @throws LoadFailure `origin-*`. Its detail has no header value, URL or text of the
 * origin; only administrators see the words of a refusal
 */
export async function fetchOrigin(request: OriginRequest, options: FetchOptions): Promise<OriginAnswer> {
  const { now } = options;
  const sent = sendable(options.validators ?? { etag: null, lastModified: null }, now);
  const { asked, response } = await follow(request, options, sent);
  if (response.status === 304) {
    await discard(response);
    const validators = validatedBy(response.headers, sent, now);
    if (validators !== null) return { outcome: 'same', validators };
    // The 304 is about another version than the held one, so ask for the whole answer.
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

/** Sends the request, and follows redirects. */
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
    // A cached copy can be older than the request for the refresh.
    cache: 'no-store',
    // Bodies arrive encoded and are decoded only here.
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
  // Cancelling ends a pending read at once, even where the platform would wait for the next bytes.
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

/** The body as sent, in pieces; it ends only after all of it has arrived. `announced`: its expected bytes, if known. */
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
    // The connection was cut, whatever the platform's error says: it is worth another attempt.
    throw new LoadFailure(
      'origin-malformed',
      `The origin announced ${counted(announced, 'byte')} and sent ${bytes}: its answer was cut on the way.`,
      {
        retryable: true,
      },
    );
  }
}

/** Bytes of the body as it is sent, before decoding. */
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

/** An unread body would keep the connection open. It does not matter if it can no longer be cancelled. */
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
    `The origin answered with more than ${counted(maxBytes, 'byte')} (origin.max_bytes).`,
  );
}
