/**
 * A read of a cache (CONTRACT 3). Serves a fresh body; serves a stale body while the cache is loaded again (RFC 5861);
 * waits for a load if the body is expired or missing. However many requests ask at the same time, the origin gets one
 * request.
 */

import { codeOf, Problem } from '../../contract/problem.ts';
import { type Freshness, failureInForce, freshnessRules, judge, type LastFailure } from '../../core/freshness.ts';
import { holdMs, type Preferences } from '../../core/prefer.ts';
import { type DeltaRequest, demandReached } from '../../core/x-delta.ts';
import { log } from '../../log.ts';
import type { Entry, Loaded } from '../../ports/entry.ts';
import type { Services } from '../services.ts';
import { loadAsker, logNotAsked, type PendingTask } from './ask-for-load.ts';
import { awaitLoad, isInRetry, type LoadEnd } from './await-load.ts';
import { type CacheName, type FoundCache, findEntry } from './find-entry.ts';
import { findResource } from './find-resource.ts';

type ReadServices = Pick<Services, 'settings' | 'resources' | 'lookup' | 'objects' | 'limits' | 'hold' | 'waitUntil'>;

/** A read of a cache. */
export interface CacheRead extends CacheName {
  delta: DeltaRequest | null;
  /** Data loaded before this time is not accepted (`max-age`), ms since the epoch; null: of any age. */
  notBefore: number | null;
  /** How long the answer may be held while the cache is loaded; the default is the resource's `wait_s`. */
  preferences: Preferences;
  /** No wait lasts longer than this: the end of the reader's token, ms since the epoch. */
  latest: number;
}

/** The answer to a read. */
export type Served = ServedBody | Pending;
type Pending = { outcome: 'pending'; task: PendingTask };

/** A body that may be served, and why. */
export interface ServedBody {
  outcome: 'body';
  entry: Entry;
  loaded: Loaded;
  /** When its freshness ends or ended, ms since the epoch. */
  expiresAt: number;
  /** Null: it was here. Otherwise why a load was needed or tried before the answer (RFC 9211 `fwd`). */
  forwarded: 'miss' | 'stale' | null;
  /** Names of its tables; null if it is not a table, or if the definition of its load is not known here. */
  tables: readonly string[] | null;
}
type Body = Omit<ServedBody, 'tables'>;

/**
 * @throws Problem `not-found`, `invalid-parameters`, `invalid-header` for a delta of versions that do not exist yet,
 * `rate-limited`, `overloaded`, and a problem of the origin if it failed and no stale body may be served
 */
export async function serveCache(services: ReadServices, read: CacheRead): Promise<Served> {
  const found = await findEntry(services, read);
  const served = serveAtOnce(services, read, found);
  return served === 'load' ? serveAfterLoad(services, read, found) : served;
}

/** What this location has of a cache, however old; null if nothing. */
export function loadedHere(found: FoundCache, now: number): ServedBody | null {
  const freshness = judge(found.looked.entry, freshnessRules(found.resource, found.looked.mark, null), now);
  return freshness.state === 'absent' ? null : withTables(bodyOf(freshness, null), found);
}

/**
 * Answers a read of a found cache at once: its body, or `load` if it must be loaded first.
 *
 * @throws Problem `invalid-header` for a delta of versions that do not exist yet, and a problem of the origin if it
 * failed and no stale body may be served
 */
export function serveAtOnce(services: ReadServices, read: CacheRead, found: FoundCache): ServedBody | 'load' {
  const { entry, mark } = found.looked;
  const rules = freshnessRules(found.resource, mark, read.notBefore);
  const now = Date.now();
  const freshness = judge(entry, rules, now);
  if (read.delta !== null && freshness.state !== 'absent') demandReached(read.delta, freshness.loaded.version);
  if (freshness.state === 'fresh') return withTables(bodyOf(freshness, null), found);

  const failure = failureInForce(entry, rules, now);
  if (freshness.state === 'stale') {
    if (found.looked.fetched && failure === null) services.waitUntil(revalidate(services, read, found));
    return withTables(bodyOf(freshness, null), found);
  }
  return failure === null ? 'load' : withTables(staleBodyOrThrow(found, freshness, failure, null), found);
}

/** Answers a read of a found cache after a load, or with the task of that load. @throws Problem as `serveCache` */
export async function serveAfterLoad(services: ReadServices, read: CacheRead, found: FoundCache): Promise<Served> {
  const rules = freshnessRules(found.resource, found.looked.mark, read.notBefore);
  const served = await bodyAfterLoad(services, read, found, judge(found.looked.entry, rules, Date.now()));
  return served.outcome === 'pending' ? served : withTables(served, found);
}

async function bodyAfterLoad(
  services: ReadServices,
  read: CacheRead,
  found: FoundCache,
  before: Freshness,
): Promise<Body | Pending> {
  const forwarded = before.state === 'absent' ? 'miss' : 'stale';
  const heldMs = holdMs(read.preferences, found.resource.definition.wait_s * 1000);
  const standsIn = before.state !== 'absent' && before.standsIn;
  let end: LoadEnd;
  try {
    const until = Math.min(Date.now() + heldMs, read.latest);
    end = await awaitLoad(services, found, { user: read.user, notBefore: read.notBefore, until, standsIn });
  } catch (error) {
    // If the object does not answer or may not be asked, a stale body is served, as after a failure of the origin.
    if (!standsIn) throw error;
    logNotAsked(found.cache.key, error);
    return bodyOf(before, forwarded);
  }
  // The groups of the resource may have changed during the wait, so that it is now closed to the reader.
  await findResource(services.resources, read.title, read.reader);
  // A load that is being retried has failed, and may keep failing for hours: the stale body is served meanwhile (RFC
  // 5861).
  if (end.outcome === 'pending') return standsIn && isInRetry(services, found) ? bodyOf(before, forwarded) : end;

  const rules = freshnessRules(found.resource, found.looked.mark, read.notBefore);
  const freshness = judge(end.entry, rules, Date.now());
  if (end.outcome === 'failed') return staleBodyOrThrow(found, freshness, end.failure, forwarded);
  if (freshness.state === 'absent') throw new Error('what was loaded counts as absent');
  if (read.delta !== null) demandReached(read.delta, freshness.loaded.version);
  return bodyOf(freshness, forwarded);
}

/** Runs in `waitUntil`: the answer was sent, and the next read asks again if this fails. */
async function revalidate(services: ReadServices, { user }: CacheRead, found: FoundCache): Promise<void> {
  try {
    await loadAsker(services, user)(found, null, 0);
  } catch (error) {
    log('warn', 'cache.revalidate_failed', { key: found.cache.key, error });
  }
}

/** Returns the stale body if it may replace a failed load; otherwise throws the failure. */
function staleBodyOrThrow(
  { cache }: FoundCache,
  freshness: Freshness,
  failure: LastFailure,
  forwarded: Body['forwarded'],
): Body {
  if (freshness.state !== 'absent' && freshness.standsIn) return bodyOf(freshness, forwarded);
  const code = codeOf(failure.error);
  // Other faults of the service have codes whose status would not say that a load failed (CONTRACT 6).
  const isTold = code.startsWith('origin-') || code === 'misconfigured';
  throw new Problem(isTold ? code : 'origin-unreachable', failure.error.detail, {
    adminDetail: failure.error.admin_detail,
    key: cache.key,
    headers: { 'Retry-After': String(Math.max(1, Math.ceil((failure.retryAt - Date.now()) / 1000))) },
  });
}

function bodyOf(freshness: Exclude<Freshness, { state: 'absent' }>, forwarded: Body['forwarded']): Body {
  const { entry, loaded, expiresAt } = freshness;
  return { outcome: 'body', entry, loaded, expiresAt, forwarded };
}

function withTables({ outcome, entry, loaded, expiresAt, forwarded }: Body, found: FoundCache): ServedBody {
  return { outcome, entry, loaded, expiresAt, forwarded, tables: tablesOf(entry, found) };
}

/** A body loaded under another definition may have other tables. */
function tablesOf(entry: Entry, { resource }: FoundCache): ServedBody['tables'] {
  const { tables } = resource.definition;
  return tables === undefined || entry.number !== resource.number ? null : tables.map(({ name }) => name);
}
