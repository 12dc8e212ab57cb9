/** Headers of all `/rpc/` answers with data: the body, a part of it or a delta (CONTRACT 3). */

import type { Context } from 'hono';
import { HEADER } from '../contract/constants.ts';
import type { AskedAnswer, GivenVersion } from '../core/choose-answer.ts';
import { etagOf } from '../core/etag.ts';
import { httpDate } from '../core/http-date.ts';
import type { DeltaRequest } from '../core/x-delta.ts';
import { noteGiven } from '../flows/read/note-given.ts';
import type { ServedBody } from '../flows/read/serve-cache.ts';
import type { CacheIdentity } from '../ports/entry.ts';
import type { AppEnv } from './factory.ts';
import { conditionsOf } from './reply.ts';

/** `Vary` of this path. */
export const VARY = 'Authorization, X-Delta, Accept, Origin';

export type MoreHeaders = Readonly<Record<string, string | undefined>>;

/** Headers of 200, 206 and 304. */
export function cacheHeaders(served: ServedBody, given: GivenVersion, now: number): Record<string, string> {
  const { entry, loaded, expiresAt, forwarded } = served;
  const ttlS = Math.floor((expiresAt - now) / 1000);
  return {
    ETag: `"${etagOf(entry.key, given.changed)}"`,
    [HEADER.contentVersion]: `v${given.version}`,
    ...(given.hash === null ? {} : { [HEADER.cacheHashValue]: given.hash }),
    ...(given.changedAt === null ? {} : { 'Last-Modified': httpDate(given.changedAt) }),
    Expires: httpDate(expiresAt),
    Age: String(Math.max(0, Math.floor((now - loaded.loadedAt) / 1000))),
    [HEADER.cacheStatus]: forwarded === null ? `freshet; hit; ttl=${ttlS}` : `freshet; fwd=${forwarded}`,
    'Cache-Control': 'private, no-cache',
    Vary: VARY,
  };
}

/** The request's conditions; `delta` is the parsed `X-Delta`. */
export function askedBy(c: Context<AppEnv>, delta: DeltaRequest | null): AskedAnswer {
  return { ...conditionsOf(c), delta };
}

/**
 * After the answer: notes that the cache was read and which version the device was given; null if none or a part of
 * one.
 */
export function noteRead(
  c: Context<AppEnv>,
  { entry }: { entry: CacheIdentity },
  given: GivenVersion | null,
  now: number,
): void {
  const recipient = { user: c.get('identity').user, device: c.get('device') };
  noteGiven(c.get('services'), recipient, { cache: entry, given }, now);
}

/** The headers that have a value. */
export function defined(headers: MoreHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
