/**
 * A remote key set (RFC 7517) in an isolate. jose fetches the set and picks a key; this module decides when to fetch.
 * Known keys stay in use while the set is not available, and tokens with unknown keys cause no extra fetches. One
 * request of an isolate fetches. The others poll for its result, because on Workers a request cannot await the promise
 * of another one. A copy of the set is kept at the edge, so that a new isolate rarely fetches it.
 */

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { Problem } from '../contract/problem.ts';
import { digestTag } from '../core/etag.ts';
import { log } from '../log.ts';
import { BoundedMap } from '../stores/bounded-map.ts';
import { type EdgeCache, edgeUrl } from '../stores/edge-cache.ts';
import { sleep } from '../waiting.ts';

/** How long the endpoint may take, ms. */
const TIMEOUT_MS = 5000;
/** A fetch that began longer ago was cut off, ms: the time-out, and the same again for the copy at the edge. */
const GONE_MS = 2 * TIMEOUT_MS;
/** After this the old set serves once more and is fetched again, ms: about how long a removed key stays valid. */
const FRESH_MS = 600_000;
/** Least time between two fetches, with and without a set, ms. */
const PAUSE_MS = 30_000;
const EMPTY_PAUSE_MS = 5000;
/** How long keys stay in use without a set, ms. With more, an attacker who blocks our fetches could keep a removed key valid. */
const KEPT_MS = 86_400_000;
/**
 * Interval of the fetching request's signs of life, interval of looks at it, ms, and how many looks without a sign mean
 * that it is gone.
 */
const BEAT_MS = 100;
const LOOK_MS = 20;
const SILENT_LOOKS = 30;
/** Most names of missing keys that are remembered. */
const MAX_MISSED = 1000;
const NOT_YET = 'The key that signed this token is not known yet. The key set is fetched again soon.';

/** What a request provides to fetch a key set. */
export interface KeyContext {
  edge: EdgeCache;
  /** Keeps work alive that no answer waits for. */
  waitUntil(work: Promise<unknown>): void;
}

/** The keys behind a URL. */
export interface RemoteKeys {
  /**
   * Picks the key that a token names. The returned function throws jose's errors for a token that names no key of the
   * set, or for which several keys fit.
   * @throws Problem `overloaded` if there is no set, or if a newer set might have the key
   */
  pick(context: KeyContext): JWTVerifyGetKey;
  /** Whether there is a set to verify tokens with; fetches it if there is none. */
  isThere(context: KeyContext): Promise<boolean>;
  /**
   * Fetches the set again for a key that it lacks. False: the set was already fetched after the first request for the
   * key, and does not have it.
   * @throws Problem `overloaded` while a newer set might have the key but must not be fetched yet
   */
  renewFor(key: MissedKey, context: KeyContext): Promise<boolean>;
  /** The number of the current edition of the set, and until when it needs no fetch, ms since the epoch. */
  validity(): { edition: number; until: number };
}

/** A key that a token needs and the set does not have. */
export interface MissedKey {
  /** Identifies the key: the token's `kid`, otherwise the token's signature. */
  name: string;
  /** The edition at the start of the request. */
  since: number;
  /** What jose threw. */
  cause: unknown;
}

/** Whether keys are a remote set: a JWK has no functions. */
export function isRemote(key: object): key is RemoteKeys {
  return typeof (key as Partial<RemoteKeys>).pick === 'function';
}

/** A set as it is stored at the edge. */
interface KeptSet {
  jwks: JSONWebKeySet;
  /** ms since the epoch */
  fetchedAt: number;
}

/** The keys behind a URL; `fetch` defaults to the platform's. */
export function remoteKeys(url: URL, fetch?: FetchImplementation): RemoteKeys {
  const edgeCopy = edgeUrl('keys', 1, url.href);
  let set: JWTVerifyGetKey | null = null;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let edition = 0;
  let names: ReadonlySet<string> = new Set();
  /** Names of missing keys -> the edition at the first request for them. Names are digests, because they may be long. */
  const missed = new BoundedMap<number>(MAX_MISSED);
  /** The running fetch: its start (ms since the epoch) and its count of signs of life; null if there is none. */
  let fetching: { begunAt: number; beats: number } | null = null;

  const isOlderThan = (ms: number) => Date.now() > fetchedAt + ms;
  const isFetching = () => fetching !== null && Date.now() < fetching.begunAt + GONE_MS;

  function learn(kept: KeptSet): void {
    set = createLocalJWKSet(kept.jwks);
    fetchedAt = kept.fetchedAt;
    const before = names;
    names = new Set(kept.jwks.keys.flatMap(({ kid }) => (kid === undefined ? [] : [digestTag(kid)])));
    // A removed key counts as missing since then: it is not expected to appear in the set.
    for (const name of before) if (!names.has(name)) missed.set(name, edition);
    edition += 1;
  }

  /** Fetches the set while others wait. In a new isolate the set comes from the edge if the copy there is fresh. */
  async function obtain(context: KeyContext): Promise<void> {
    const mark = { begunAt: Date.now(), beats: 0 };
    fetching = mark;
    const life = setInterval(() => {
      mark.beats += 1;
    }, BEAT_MS);
    try {
      const kept = isOlderThan(KEPT_MS) ? await atEdge(context) : null;
      const isFresh = kept !== null && Date.now() < kept.fetchedAt + FRESH_MS;
      if (isFresh) learn(kept);
      hasFailed = !isFresh && !(await fetchSet(kept, context));
    } catch (cause) {
      // If another fetch has replaced this one, its failure has no meaning.
      if (fetching === mark) hasFailed = true;
      throw unavailable(cause);
    } finally {
      clearInterval(life);
      if (fetching === mark) fetching = null;
    }
  }

  /** False: the fetch failed, and `kept` is used instead. @throws what jose throws if there is no `kept` */
  async function fetchSet(kept: KeptSet | null, { edge, waitUntil }: KeyContext): Promise<boolean> {
    triedAt = Date.now();
    // A new one each time, because jose's sets share their pending fetch.
    const remote = createRemoteJWKSet(url, { timeoutDuration: TIMEOUT_MS, ...(fetch && { [customFetch]: fetch }) });
    try {
      await remote.reload();
    } catch (error) {
      if (kept === null) throw error;
      log('warn', 'keys.not_fetched', { error });
      learn(kept);
      return false;
    }
    const jwks = remote.jwks();
    if (jwks === undefined) throw new Error('a key set that was fetched is not there');
    const fetched = { jwks, fetchedAt: Date.now() };
    learn(fetched);
    waitUntil(edge.put(edgeCopy, JSON.stringify(fetched), KEPT_MS / 1000));
    return true;
  }

  async function atEdge({ edge }: KeyContext): Promise<KeptSet | null> {
    try {
      const kept = (await (await edge.match(edgeCopy))?.json<KeptSet>()) ?? null;
      return kept !== null && Date.now() < kept.fetchedAt + KEPT_MS ? kept : null;
    } catch (error) {
      // A copy that cannot be read counts as missing.
      log('warn', 'keys.copy_broken', { error });
      return null;
    }
  }

  /** Fetches the set, or waits for the request that does; takes over if that one is gone. @throws Problem `overloaded` */
  async function renew(context: KeyContext): Promise<void> {
    if (fetching === null || !isFetching()) return obtain(context);
    let seen = { mark: fetching, beats: fetching.beats };
    for (let silent = 0; fetching !== null; silent += 1) {
      if (fetching !== seen.mark || fetching.beats !== seen.beats) {
        seen = { mark: fetching, beats: fetching.beats };
        silent = 0;
      }
      if (silent === SILENT_LOOKS) return obtain(context);
      await sleep(LOOK_MS);
    }
  }

  /** Fetches a set if there is none. @throws Problem `overloaded` if there is still none */
  async function demandSet(context: KeyContext): Promise<void> {
    if (!isOlderThan(KEPT_MS)) return;
    if (fetching === null && hasFailed && Date.now() < triedAt + EMPTY_PAUSE_MS) throw unavailable();
    await renew(context);
    // A copy from the edge may serve although the fetch failed.
    if (isOlderThan(KEPT_MS)) throw unavailable();
  }

  const renewFor: RemoteKeys['renewFor'] = async ({ name, since, cause }, context) => {
    const digest = digestTag(name);
    const askedIn = missed.get(digest) ?? since;
    missed.set(digest, askedIn);
    const pauseMs = triedAt + PAUSE_MS - Date.now();
    if (fetching === null && pauseMs > 0) {
      if (hasFailed) throw unavailable(cause);
      if (askedIn < edition) return false;
      throw overloaded(pauseMs, NOT_YET, cause);
    }
    await renew(context);
    if (hasFailed) throw unavailable(cause);
    return true;
  };

  const pick: RemoteKeys['pick'] = (context) => async (header, token) => {
    const since = edition;
    await demandSet(context);
    const find = async () => (set as JWTVerifyGetKey)(header, token);
    try {
      return await find();
    } catch (cause) {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause;
      if (!(await renewFor({ name: header?.kid ?? token.signature, since, cause }, context))) throw cause;
      return await find();
    } finally {
      // Also if several keys fit, which jose reports as an error.
      if (isOlderThan(FRESH_MS) && !isFetching() && Date.now() >= triedAt + PAUSE_MS) {
        context.waitUntil(obtain(context).catch((error: unknown) => log('warn', 'keys.not_fetched', { error })));
      }
    }
  };

  return {
    pick,
    renewFor,
    isThere: (context) =>
      demandSet(context).then(
        () => true,
        () => false,
      ),
    validity: () => ({ edition, until: Math.max(fetchedAt + FRESH_MS, triedAt + PAUSE_MS) }),
  };
}

function unavailable(cause?: unknown): Problem {
  return overloaded(EMPTY_PAUSE_MS, 'The key set that verifies tokens is not available now.', cause);
}

function overloaded(ms: number, detail: string, cause: unknown): Problem {
  return new Problem('overloaded', detail, { headers: { 'Retry-After': String(Math.ceil(ms / 1000)) }, cause });
}
