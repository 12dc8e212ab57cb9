/**
 * The one way out to origins: one time-out for the whole load, no redirects, bytes counted as they come, and the
 * connection let go of whatever happens.
 */

import { LoadFailure } from '../contract/problem.ts';
import type { OriginRequest } from './build-request.ts';
import { statusFailure } from './origin-status.ts';

/** `fetch`, or what stands for it in a test. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The origin's validators of the load before, for a conditional request. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/** How an origin is asked. */
export interface FetchOptions {
  fetch: Fetch;
  /** Ends the load; its reason is a LoadFailure. */
  signal: AbortSignal;
  maxBytes: number;
  /** Null: an unconditional request. */
  validators: Validators | null;
  /** ms since the epoch, for a `Retry-After` that is a date. */
  now: number;
}

/** What an origin answers when it answers well. */
export type OriginAnswer =
  /** 304: what was loaded before is still the answer. */
  | { outcome: 'same'; validators: Validators }
  /** `body` is whole only when it ends without an error; `release` lets the connection go, read to its end or not. */
  | {
      outcome: 'new';
      validators: Validators;
      contentType: string | null;
      body: AsyncIterable<Uint8Array>;
      release(): void;
    };

const MAX_VALIDATOR_LENGTH = 1024;

/** Asks an origin. @throws LoadFailure `origin-*`: no header value, URL or text of the origin is in its detail */
export async function fetchOrigin(request: OriginRequest, options: FetchOptions): Promise<OriginAnswer> {
  const { signal, validators, maxBytes } = options;
  const response = await ask(request, options);
  const answered = validatorsOf(response.headers);
  if (response.status === 304 && (validators?.etag || validators?.lastModified)) {
    await discard(response);
    return {
      outcome: 'same',
      validators: {
        etag: answered.etag ?? validators.etag,
        lastModified: answered.lastModified ?? validators.lastModified,
      },
    };
  }
  const failure = statusFailure(response, request.url, options.now) ?? lengthFailure(response, maxBytes);
  if (failure !== null) {
    await discard(response);
    throw failure;
  }
  const contentType = response.headers.get('Content-Type');
  const reader = response.body?.getReader();
  // Cancelling makes a pending read end at once, also where the platform would wait for the next bytes.
  const release = () => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', release);
  const body = readBody(reader, contentLength(response), signal, maxBytes);
  return { outcome: 'new', validators: answered, contentType, body, release };
}

async function ask(request: OriginRequest, { fetch, signal, validators }: FetchOptions): Promise<Response> {
  const headers = new Headers(request.headers);
  if (validators?.etag) headers.set('If-None-Match', validators.etag);
  if (validators?.lastModified) headers.set('If-Modified-Since', validators.lastModified);
  signal.throwIfAborted();
  try {
    return await fetch(request.url.href, {
      method: request.method,
      headers,
      body: request.body,
      redirect: 'manual',
      // A copy from before the refresh was asked for is not what was asked for.
      cache: 'no-store',
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable('The origin could not be reached.', cause);
  }
}

/** The body in pieces; it ends only when all of it has come. `announced`: how many bytes that is, if known. */
async function* readBody(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  announced: number | null,
  signal: AbortSignal,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      signal.throwIfAborted();
      throw unreachable("The origin's answer broke off.", cause);
    });
    signal.throwIfAborted();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield value;
  }
  if (announced !== null && announced !== bytes) {
    // A connection that was cut, whatever it looks like from here: worth another try.
    throw new LoadFailure('origin-malformed', `The origin announced ${announced} bytes and sent ${bytes}.`, {
      retryable: true,
    });
  }
}

/** `Content-Length`, where it counts the bytes that are read here: not when they were compressed on the way. */
function contentLength({ headers }: Response): number | null {
  const text = headers.get('Content-Length');
  return text !== null && /^\d+$/.test(text) && !headers.has('Content-Encoding') ? Number(text) : null;
}

function lengthFailure(response: Response, maxBytes: number): LoadFailure | null {
  return (contentLength(response) ?? 0) > maxBytes ? tooLarge(maxBytes) : null;
}

function validatorsOf(headers: Headers): Validators {
  const value = (name: string) => {
    const text = headers.get(name);
    return text !== null && text.length <= MAX_VALIDATOR_LENGTH ? text : null;
  };
  return { etag: value('ETag'), lastModified: value('Last-Modified') };
}

/** An unread body would hold the connection; that it cannot be cancelled any more changes nothing. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function unreachable(detail: string, cause: unknown): LoadFailure {
  return new LoadFailure('origin-unreachable', detail, { retryable: true, cause });
}

function tooLarge(maxBytes: number): LoadFailure {
  return new LoadFailure('origin-too-large', `The origin answered with more than ${maxBytes} bytes.`);
}
