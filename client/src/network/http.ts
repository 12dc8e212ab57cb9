/**
 * One request: its headers, its time limits, and which answers do not come from the service. Error texts of the
 * platform are not passed on, because they may contain the token.
 */

import { type ErrorCode, FreshetError, failure, isPassing, type Problem } from '../error.ts';
import type { CallOptions } from './transport.ts';

/** Longest time until an answer starts; the service holds a request for at most 30 s. */
const HELD_MS = 45_000;
/** Longest pause within a body. */
const SILENT_MS = 30_000;
/** Both times together, on platforms that deliver a body only when it is complete. */
const WHOLE_MS = 300_000;
/** Longest `Retry-After` that the client follows, in seconds: the longest that the service sends. */
export const MAX_RETRY_AFTER_S = 3600;

export interface Request extends CallOptions {
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON, by POST. */
  json?: unknown;
  /** POST without a body. */
  isPost?: boolean;
}

/** An answer below 400 whose body was not read yet. Its methods reject as the request does. */
export interface Answer {
  status: number;
  header(name: string): string | null;
  /** The bytes as they arrive; null: the platform has only `text` and `blob`. */
  pieces: (() => AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>) | null;
  text(): Promise<string>;
  blob(): Promise<Blob>;
}

/**
 * Makes a request and passes the answer to `read`; what `read` leaves unread is cancelled.
 *
 * @throws FreshetError `network`, `timeout`, `closed` (cancelled by the caller), or the service's problem
 */
export type Ask = <Value>(request: Request, read: (answer: Answer) => Promise<Value>) => Promise<Value>;

export function asker(url: string, fetch: typeof globalThis.fetch, device: string): Ask {
  const streams = typeof Response === 'function' && 'body' in Response.prototype;
  return async ({ path, headers, json, isPost, token, signal }, read) => {
    // A header cannot hold any other token, and the platform's error would contain it.
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
    // Rejects when the watchdog fires, even if the platform ignores the signal.
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

/** The error of an answer from 400 on. Without a problem of the service, the answer came from a proxy or a firewall. */
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

/** The error for a problem of the service (CONTRACT 6 "Problems"); null: it is not one. */
export function problemError(
  problem: Problem | null | undefined,
  told: { status?: number; retryAfterS?: number | undefined; requestId?: string | undefined } = {},
): FreshetError | null {
  const code = /\/docs\/problems#([a-z-]+)$/.exec(problem?.type ?? '')?.[1] as ErrorCode | undefined;
  if (code === undefined || problem == null) return null;
  return new FreshetError(code, problem.detail, { retryable: isPassing(told.status ?? 500), problem, ...told });
}

/** `Retry-After` in seconds; the header has seconds or a date. */
export function retryAfter(headers: Pick<Headers, 'get'>): number | undefined {
  const value = headers.get('Retry-After');
  if (!value) return undefined;
  const now = Date.parse(headers.get('Date') ?? '') || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, Math.ceil(seconds)), MAX_RETRY_AFTER_S);
}

/** Waits, unless the signal aborts. @throws FreshetError `closed` */
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
