/** The real bindings; each of their calls may be struck (strikes.ts). */

import { call, counted, type Store } from './strikes.ts';

/** The environment of a Worker or object with bindings that can be struck; `rewrite` may change the SQL for D1. */
export function strikeable(env: Env, rewrite = (sql: string) => sql): Env {
  return {
    ...env,
    DB: database(env.DB, rewrite),
    BLOBS: bucket(env.BLOBS),
    REFRESH_QUEUE: verbsOf(env.REFRESH_QUEUE, 'queue', []),
    REFRESH_SLOW_QUEUE: verbsOf(env.REFRESH_SLOW_QUEUE, 'queue', []),
    SYNC_QUEUE: verbsOf(env.SYNC_QUEUE, 'queue', []),
    CACHE_OBJECT: {
      getByName: (name: string) => verbsOf(env.CACHE_OBJECT.getByName(name), 'object', [name]),
    } as unknown as Env['CACHE_OBJECT'],
  };
}

/** The location's caches: each `match` and each `put` may be struck. */
export function strikeableCaches(real: CacheStorage): CacheStorage {
  const open = async (name: string) => {
    const cache = await real.open(name);
    return {
      match: (url: string) => call('edge cache', 'match', [url], () => cache.match(url)),
      put: (url: string, response: Response) => call('edge cache', 'put', [url], () => cache.put(url, response)),
    };
  };
  return { open, default: real.default } as unknown as CacheStorage;
}

/** `fetch` to origins: never struck, but a request counts as under way until its last byte has arrived. */
export function countedFetch(real: typeof fetch): typeof fetch {
  return (...asked: Parameters<typeof fetch>) =>
    counted(async () => {
      const answer = await real(...asked);
      return new Response(await answer.arrayBuffer(), answer);
    });
}

/** Includes the calls of multipart uploads. */
function bucket(inner: R2Bucket): R2Bucket {
  const struck = verbsOf(inner, 'R2', []);
  return new Proxy(struck, {
    get(target, name) {
      if (name !== 'createMultipartUpload') return Reflect.get(target, name);
      return async (key: string) => verbsOf(await target.createMultipartUpload(key), 'R2', [key]);
    },
  });
}

function verbsOf<T extends object>(target: T, store: Store, named: readonly unknown[]): T {
  return new Proxy(target, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        call(store, String(name), [...args.filter(isPlain), ...named], async () => Reflect.apply(member, inner, args));
    },
  });
}

/** Request and answer bodies do not identify a cache. */
function isPlain(value: unknown): boolean {
  return !(value instanceof Uint8Array);
}

function database(inner: D1Database, rewrite: (sql: string) => string): D1Database {
  const known = new WeakMap<D1PreparedStatement, { real: D1PreparedStatement; values: unknown[] }>();
  const wrap = (real: D1PreparedStatement, sql: string, values: unknown[]): D1PreparedStatement => {
    const verb = sql.trim().split(/\s+/, 1)[0] ?? '';
    const run = <T>(work: () => Promise<T>) => call('D1', verb.toLowerCase(), values, work);
    const wrapped = {
      bind: (...bound: unknown[]) => wrap(real.bind(...bound), sql, bound),
      all: () => run(() => real.all()),
      run: () => run(() => real.run()),
      first: (column?: string) => run(() => (column === undefined ? real.first() : real.first(column))),
    } as unknown as D1PreparedStatement;
    known.set(wrapped, { real, values });
    return wrapped;
  };
  const over = (session: Pick<D1Database, 'prepare' | 'batch'>) => ({
    prepare: (sql: string) => wrap(session.prepare(rewrite(sql)), sql, []),
    batch: (batch: D1PreparedStatement[]) => {
      const all = batch.map((statement) => known.get(statement) ?? { real: statement, values: [] });
      const values = all.flatMap((one) => one.values);
      return call('D1', 'batch', values, () => session.batch(all.map(({ real }) => real)));
    },
  });
  return {
    ...over(inner),
    exec: (sql: string) => inner.exec(sql),
    withSession: (constraint?: string) => over(inner.withSession(constraint)),
  } as unknown as D1Database;
}
