/** What all answers of `/rpc/` with data have alike, be it the body, a part of it or a delta (CONTRACT 3). */

import type { Context } from 'hono';
import { HEADER } from '../contract/constants.ts';
import type { CacheIdentity } from '../contract/entry.ts';
import { Problem } from '../contract/problem.ts';
import { evaluateConditions, type Verdict } from '../core/conditions.ts';
import { etagOf } from '../core/etag.ts';
import type { ServedBody } from '../flows/serve-cache.ts';
import type { AppEnv } from './factory.ts';
import { conditionsOf } from './reply.ts';

/** What an answer of this path depends on. */
export const VARY = 'Authorization, X-Delta, Accept, Origin';

export type MoreHeaders = Readonly<Record<string, string | undefined>>;

/** The version that an answer brings its reader to. */
export interface GivenVersion {
  version: number;
  /** The last version up to it that changed the body: the number in the ETag. */
  changed: number;
  /** `Cache-Hash-Value`; null for a body that is no table. */
  hash: string | null;
  /** When the body changed to it, ms; null: that is no longer known. */
  changedAt: number | null;
}

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

/**
 * Either method is a safe read here, and `If-Match` is no condition: it may name the version that a device holds. Who names
 * versions in `X-Delta` gets them: a browser puts the ETag of a full table that it has stored beside it, and would make of 304
 * that table, which the page did not ask for.
 *
 * @throws Problem `precondition-failed`
 */
export function verdictOn(c: Context<AppEnv>, { entry }: ServedBody, given: GivenVersion): Exclude<Verdict, 'failed'> {
  const { ifMatch, ...conditions } = conditionsOf(c);
  const namesVersions = (c.req.header(HEADER.delta) ?? 'auto') !== 'auto';
  const verdict = evaluateConditions(
    {
      ...conditions,
      method: 'GET',
      ...(namesVersions ? { ifNoneMatch: undefined, ifModifiedSince: undefined } : {}),
      ifUnmodifiedSince: ifMatch === undefined ? conditions.ifUnmodifiedSince : undefined,
    },
    { etag: etagOf(entry.key, given.changed), lastModified: given.changedAt },
  );
  if (verdict !== 'failed') return verdict;
  throw new Problem('precondition-failed', `This was changed on ${httpDate(given.changedAt ?? 0)}.`);
}

/** After the answer: that the cache was read, and which version the device was given; null: none, or a part of it. */
export function noteRead(
  c: Context<AppEnv>,
  { entry }: { entry: CacheIdentity },
  given: GivenVersion | null,
  now: number,
): void {
  const services = c.get('services');
  const device = c.get('device');
  const { key, resource } = entry;
  const record =
    given !== null && device !== null
      ? {
          user: c.get('identity').user,
          device,
          resource,
          key,
          syncedAt: now,
          version: given.version,
          changed: given.changed,
        }
      : null;
  const work = services.syncBuffer.add(record, key, now);
  if (work !== null) services.waitUntil(work);
}

/** Those headers that have a value. */
export function defined(headers: MoreHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** An HTTP-date (RFC 9110 section 5.6.7) of ms since the epoch. */
function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
