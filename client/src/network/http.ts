/**
 * One request: what all have alike, how long each may last, and what is no answer of the service. Nothing that the platform
 * says of a failure is passed on: it may name the token.
 */

import { type ErrorCode, FreshetError, failure, isPassing, type Problem } from '../error.ts';
import type { CallOptions } from './transport.ts';

/** Longest time until an answer begins: the service holds one for 30 s at most. */
const HELD_MS = 45_000;
/** Longest silence of a body. */
const SILENT_MS = 30_000;
/** Where the platform gives a body only when it is whole, both together. */
const WHOLE_MS = 300_000;
/** Longest `Retry-After` that is heeded, s: the service's own longest. */
export const MAX_RETRY_AFTER_S = 3600;

export interface Request extends CallOptions {
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON, by POST. */
  json?: unknown;
  /** POST without a body. */
  isPost?: boolean;
}

/** An answer below 400 of which the body has not been read. All of these reject as the request does. */
export interface Answer {
  status: number;
  header(name: string): string | null;
  /** Bytes as they come; null: the platform cannot, and gives `text` and `blob` alone. */
  pieces: (() => AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>) | null;
  text(): Promise<string>;
  blob(): Promise<Blob>;
}

/**
 * Asks, and gives `read` the answer; what it leaves unread is given up.
 *
 * @throws FreshetError `network`, `timeout`, `closed` (given up by the caller), or the service's problem
 */
export type Ask = <Value>(request: Request, read: (answer: Answer) => Promise<Value>) => Promise<Value>;

export function asker(url: string, fetch: typeof globalThis.fetch, device: string): Ask {
  const streams = typeof Response === 'function' && 'body' in Response.prototype;
  return async ({ path, headers, json, isPost, token, signal }, read) => {
    // A header takes nothing else; the platform's error would name it.
    if (!/^[!-~]+$/.test(token)) throw new FreshetError('unauthenticated', 'no token', { status: 401 });
    const abort = new AbortController();
    let why: 'network' | 'timeout' | 'closed' = 'network';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (code: typeof why) => {
      why = code;
      abort.abort();
    };
    const watch = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(end, streams ? ms : WHOLE_MS, 'timeout');
    };
    const close = () => end('closed');
    const ended = new Promise<never>((_resolve, reject) => abort.signal.addEventListener('abort', reject));
    ended.catch(() => {});
    // Ends with the watchdog, also where the platform does not heed the signal.
    const guarded = <Value>(work: Promise<Value>) =>
      Promise.race([work, ended]).catch((): never => {
        throw failure(why);
      });
    if (signal.aborted) throw failure('closed');
    signal.addEventListener('abort', close);
    try {
      watch(HELD_MS);
      const response = await guarded(
        fetch(url + path, {
          method: json !== undefined || isPost ? 'POST' : 'GET',
          headers: {
            Authorization: `Bearer ${token}`,
            'X-Device-Id': device,
            ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
            ...headers,
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          cache: 'no-store',
          credentials: 'omit',
          redirect: 'error',
          signal: abort.signal,
        }),
      );
      watch(SILENT_MS);
      const text = () => guarded(response.text());
      if (response.status >= 400) throw problemOf(response, await text());
      const { body } = response;
      return await read({
        status: response.status,
        header: (name) => response.headers.get(name),
        pieces: body ? () => piecesOf(body, guarded, () => watch(SILENT_MS)) : null,
        text,
        blob: () => guarded(response.blob()),
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', close);
      abort.abort();
    }
  };
}

async function* piecesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  guarded: <Value>(work: Promise<Value>) => Promise<Value>,
  heard: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await guarded(reader.read());
    if (done) return;
    heard();
    yield value;
  }
}

/** The error of an answer from 400 on; what is no problem of the service came from somebody on the way. */
function problemOf({ status, headers }: Response, text: string): FreshetError {
  const told = { status, retryAfterS: retryAfter(headers) };
  let problem: Problem | null = null;
  try {
    problem = JSON.parse(text) as Problem | null;
  } catch {}
  const requestId = headers.get('X-Request-Id') ?? undefined;
  const error = problemError(problem, { ...told, requestId });
  return error ?? new FreshetError('network', `${status}, but not from the service`, { retryable: true, ...told });
}

/** The error that a problem of the service means (CONTRACT 6 "Problems"); null: it is none. */
export function problemError(
  problem: Problem | null | undefined,
  told: { status?: number; retryAfterS?: number | undefined; requestId?: string | undefined } = {},
): FreshetError | null {
  const code = /\/docs\/problems#([a-z-]+)$/.exec(problem?.type ?? '')?.[1] as ErrorCode | undefined;
  if (code === undefined || problem == null) return null;
  return new FreshetError(code, problem.detail, { retryable: isPassing(told.status ?? 500), problem, ...told });
}

/** `Retry-After` in seconds, given so or as a date. */
export function retryAfter(headers: Pick<Headers, 'get'>): number | undefined {
  const value = headers.get('Retry-After');
  if (!value) return undefined;
  const now = Date.parse(headers.get('Date') ?? '') || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, Math.ceil(seconds)), MAX_RETRY_AFTER_S);
}

/** Waits; ends with the signal. @throws FreshetError `closed` */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const close = () => {
      clearTimeout(timer);
      reject(failure('closed'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', close);
      resolve();
    }, ms);
    if (signal.aborted) close();
    else signal.addEventListener('abort', close);
  });
}
