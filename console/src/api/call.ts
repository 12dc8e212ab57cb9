/** One request to the API, with the token from memory. */

import { type Answer, fill, type Method, type PathOf, type Values } from './paths.ts';
import { ApiProblem, type ProblemBody } from './problem.ts';
import { refused, session } from './session.ts';

export const API = '/api/v1';

/** Options besides the values that a path takes. */
export interface CallOptions {
  /** ETag with quotes: the answer is 304 if it is still current. */
  ifNoneMatch?: string | undefined;
  /** ETag with quotes: the answer is 412 if it is no longer current. */
  ifMatch?: string | undefined;
  /** Why the user changes something; the log of actions shows it. */
  reason?: string | undefined;
  /** `Prefer`, such as `respond-async`. */
  prefer?: string;
  signal?: AbortSignal;
}

/** An answer that succeeded. */
export interface Answered<T> {
  /** Undefined for 204 and 304. */
  data: T;
  status: number;
  etag: string | null;
  /** Path of the next page, relative to the API; null: this is the last one. */
  next: string | null;
  requestId: string | null;
}

/** Calls one path. @throws ApiProblem, also if there is no answer */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  values: Values<M, P>,
  options: CallOptions = {},
): Promise<Answered<Answer<M, P>>> {
  const { body } = values as { body?: unknown };
  return callUrl(method, fill(path, values as object), { ...options, body });
}

/** The same for a complete path, such as that of a next page. @throws ApiProblem */
export async function callUrl<T>(
  method: Method,
  url: string,
  { body, ...options }: CallOptions & { body?: unknown } = {},
): Promise<Answered<T>> {
  const response = await send(`${API}${url}`, {
    method: method.toUpperCase(),
    headers: headersOf(session.value?.token, body, options),
    // Without this the browser would hide a 304 from us.
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(options.signal && { signal: options.signal }),
  });
  return {
    data: (isEmpty(response) ? undefined : await response.json()) as T,
    status: response.status,
    etag: response.headers.get('ETag'),
    next: nextOf(response.headers.get('Link')),
    requestId: response.headers.get('X-Request-Id'),
  };
}

/** Sends a request with the current token; does not read the answer. @throws ApiProblem unless it is 2xx or 304 */
export async function send(url: string, init: RequestInit): Promise<Response> {
  const token = session.value?.token;
  const response = await answerOf(url, init);
  // If the token has been replaced in the meantime, a refusal of the old one means nothing.
  if (response.status === 401 && token === session.value?.token) refused.value = true;
  if (response.ok || response.status === 304) return response;
  throw new ApiProblem(response.status, await problemOf(response), response.headers.get('X-Request-Id'));
}

/** Sends a request with the token; the caller reads the body. @throws ApiProblem if there is no answer */
export async function answerOf(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, null, null);
  }
}

/** The headers of a request. */
export function headersOf(token: string | undefined, body: unknown, options: CallOptions): Headers {
  const headers = new Headers();
  const set = (name: string, value: string | undefined) => value !== undefined && headers.set(name, value);
  set('Authorization', token && `Bearer ${token}`);
  set('Content-Type', body === undefined ? undefined : 'application/json');
  set('If-None-Match', options.ifNoneMatch);
  set('If-Match', options.ifMatch);
  set('X-Reason', options.reason && encodeURIComponent(options.reason));
  set('Prefer', options.prefer);
  return headers;
}

async function problemOf(response: Response): Promise<ProblemBody | null> {
  try {
    return (await response.json()) as ProblemBody;
  } catch {
    return null;
  }
}

function isEmpty(response: Response): boolean {
  return response.status === 204 || response.status === 304;
}

/** `Link` with `rel="next"` (RFC 8288), as the service writes it. */
function nextOf(link: string | null): string | null {
  const path = /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];
  return path?.startsWith(API) ? path.slice(API.length) : null;
}
