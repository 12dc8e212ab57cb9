/**
 * For an app's own tests: a service in memory, to pass as `fetch`, and a store that fails on command. The service
 * answers like the real one, with versions, deltas and hashes. It has no sockets, so a test calls `client.check()`.
 */

import type { Parameters } from './api.ts';
import { FakeCache, type FakeTables } from './fake-cache.ts';
import { type Store, StoreError, type StoreHandle } from './store/store.ts';

export type { FakeTables } from './fake-cache.ts';

/** A request to the service. */
export interface FakeRequest {
  method: string;
  path: string;
  body: unknown;
  token: string | null;
}

/** A service in memory. */
export interface FakeService {
  url: string;
  fetch: typeof fetch;
  /** Sets the rows of a cache, without row ids, cells in column order. Rows that differ make a new version. */
  set(title: string, parameters: Parameters, tables: FakeTables): void;
  /** Denies the cache to everybody: 404. */
  remove(title: string, parameters?: Parameters): void;
  /** Answers the next `times` requests with this status, or not at all (`offline`); default: until `heal()`. */
  fail(how: 'offline' | 401 | 403 | 429 | 500 | 503, times?: number): void;
  heal(): void;
  /** The user of all tokens; default: `alice`. */
  user: string;
  /** All requests so far. */
  readonly requests: readonly FakeRequest[];
}

const CODES = { 401: 'unauthenticated', 403: 'insufficient-scope', 404: 'not-found', 429: 'rate-limited' } as const;

/** Creates a service without caches. */
export function fakeService(url = 'https://freshet.test/api/v1'): FakeService {
  const caches = new Map<string, FakeCache>();
  const requests: FakeRequest[] = [];
  let failing: { how: 'offline' | number; left: number } | null = null;

  const cacheOf = (title: string, parameters: Parameters = {}) => caches.get(nameOf(title, parameters));

  const service: FakeService = {
    url,
    user: 'alice',
    requests,
    set(title, parameters, tables) {
      const name = nameOf(title, parameters);
      const cache = caches.get(name) ?? new FakeCache(title, parameters, name);
      caches.set(name, cache);
      cache.set(tables);
    },
    remove(title, parameters = {}) {
      caches.delete(nameOf(title, parameters));
    },
    fail(how, times = Number.POSITIVE_INFINITY) {
      failing = { how, left: times };
    },
    heal() {
      failing = null;
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const path = request.url.slice(url.length);
      const text = await request.text();
      const body: unknown = text === '' ? null : JSON.parse(text);
      const token = request.headers.get('Authorization')?.slice('Bearer '.length) ?? null;
      requests.push({ method: request.method, path, body, token });
      const failure = nextFailure();
      if (failure === 'offline') throw new TypeError('Failed to fetch');
      if (failure !== null) return problem(failure);
      return answer(request, path, body);
    },
  };

  function nextFailure(): 'offline' | number | null {
    if (failing === null || failing.left === 0) return null;
    failing.left -= 1;
    return failing.how;
  }

  async function answer(request: Request, path: string, body: unknown): Promise<Response> {
    if (path === '/sync/') return answerSync(body as SyncBody);
    if (path === '/live/') return problem(503);
    if (path === '/cache/refresh/') {
      return Response.json({ task_id: '00000000-0000-4000-8000-000000000000', task_state: 'SUCCESS' });
    }
    const [, title, query] = /^\/rpc\/([^/?]+)\/(?:\?(.*))?$/.exec(path) ?? [];
    if (title === undefined) return problem(404);
    const inQuery = Object.fromEntries(new URLSearchParams(query));
    const cache = cacheByText(decodeURIComponent(title), (body as Parameters | null) ?? inQuery);
    if (cache === undefined) return problem(404);
    return cache.read(request.headers.get('If-None-Match'));
  }

  /** A query contains only texts: finds the cache whose parameters, written as texts, are the same. */
  function cacheByText(title: string, parameters: Parameters): FakeCache | undefined {
    const text = textsOf(parameters);
    return (
      cacheOf(title, parameters) ??
      [...caches.values()].find((cache) => cache.title === title && textsOf(cache.parameters) === text)
    );
  }

  async function answerSync({ caches: asked, live }: SyncBody): Promise<Response> {
    const items = asked.map(({ id, resource_title: title, parameters, etag }) => {
      const cache = cacheOf(title, parameters);
      return cache === undefined
        ? { item: { id, status: 404, problem: problemBody(404) }, body: null }
        : cache.item(id, etag);
    });
    const lines: string[] = [];
    for (const { item, body } of await Promise.all(items)) {
      lines.push(JSON.stringify(body === null ? item : { ...item, lines: 1 }));
      if (body !== null) lines.push(body);
    }
    lines.push(
      JSON.stringify({
        end: true,
        user: service.user,
        now: new Date().toISOString(),
        ...(live === undefined ? {} : { live: 'gone' }),
      }),
    );
    return new Response(`${lines.join('\n')}\n`, { headers: { 'Content-Type': 'application/x-ndjson' } });
  }

  return service;
}

interface SyncBody {
  caches: readonly { id: string; resource_title: string; parameters?: Parameters; etag?: string }[];
  live?: unknown;
}

function nameOf(title: string, parameters: Parameters): string {
  const members = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([title, members]);
}

function textsOf(parameters: Parameters): string {
  return JSON.stringify(
    Object.entries(parameters)
      .map(([name, value]) => [name, String(value)])
      .sort(),
  );
}

function problemBody(status: number): object {
  const code = CODES[status as keyof typeof CODES] ?? (status === 503 ? 'overloaded' : 'internal');
  return {
    type: `https://freshet.test/docs/problems#${code}`,
    title: code,
    status,
    detail: `The test said ${status}.`,
  };
}

function problem(status: number): Response {
  return Response.json(problemBody(status), { status, headers: { 'Content-Type': 'application/problem+json' } });
}

/** A store that fails on command. */
export interface FailingStore {
  store: Store;
  /** Makes all commits fail from the next one on: the device is full, or its database is gone. */
  fail(kind: 'full' | 'lost'): void;
  heal(): void;
}

/** Adds failures to a store, such as `memory()`. */
export function failingStore(store: Store): FailingStore {
  let failing: 'full' | 'lost' | null = null;
  const failIfTold = () => {
    if (failing !== null) throw new StoreError(failing, `The test said ${failing}.`);
  };
  return {
    fail(kind) {
      failing = kind;
    },
    heal() {
      failing = null;
    },
    store: {
      lasts: store.lasts,
      async open(name) {
        if (failing === 'lost') failIfTold();
        const handle = await store.open(name);
        const wrapped: StoreHandle = {
          read: (...args) => handle.read(...args),
          drop: (...args) => handle.drop(...args),
          list: () => handle.list(),
          device: () => handle.device(),
          setDevice: (row) => handle.setDevice(row),
          wipe: () => handle.wipe(),
          onLost: (heard) => handle.onLost(heard),
          close: () => handle.close(),
          async commit(change) {
            failIfTold();
            return handle.commit(change);
          },
        };
        return wrapped;
      },
    },
  };
}
