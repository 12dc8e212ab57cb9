/**
 * A remote key set (RFC 7517) in an isolate. jose fetches and picks; when to fetch is decided here, so that known keys serve
 * on while the set cannot be had, and tokens with unknown keys make nobody ask more often.
 *
 * One request of an isolate fetches; the others wait for what it learns, as values, since the platform lets no request await
 * another's promise. The set is kept at the edge, so that a new isolate seldom has to fetch it.
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
/** A fetch that began longer ago was cut off with its invocation, ms: the time-out, and as much for the copy at the edge. */
const GONE_MS = 2 * TIMEOUT_MS;
/** A set older than this is fetched anew, behind an answer that the old one serves: how long a removed key may last, ms. */
const FRESH_MS = 600_000;
/** The set is asked for no more often than this while there is one, and while there is none, ms. */
const PAUSE_MS = 30_000;
const EMPTY_PAUSE_MS = 5000;
/** How long keys serve while the set cannot be had, ms: longer, whoever cuts us off from it would keep a removed key alive. */
const KEPT_MS = 86_400_000;
/** Whoever fetches gives a sign of life so often, those who wait look so often, ms; after so many looks without a sign, it is gone. */
const BEAT_MS = 100;
const LOOK_MS = 20;
const SILENT_LOOKS = 30;
/** Names of keys that are remembered as missed. */
const MAX_MISSED = 1000;
const NOT_YET = 'The key that signed this token is not known yet; the key set is asked again soon.';

/** What of a request a key set is fetched with. */
export interface KeyContext {
  edge: EdgeCache;
  /** Keeps work alive that no answer waits for. */
  waitUntil(work: Promise<unknown>): void;
}

/** The keys behind a URL. */
export interface RemoteKeys {
  /**
   * Picks the key that a token names. What is picked throws jose's errors for a token that names no key of the set, or for
   * which several fit.
   *
   * @throws Problem `overloaded` if there is no set or it is not known whether it has the key by now
   */
  pick(context: KeyContext): JWTVerifyGetKey;
  /** Whether there is a set that tokens can be verified with; fetches it where there is none. */
  isThere(context: KeyContext): Promise<boolean>;
  /**
   * Whether the set was fetched anew for a key that it lacked. False: it was fetched since the key was first asked for, and
   * does not have it.
   *
   * @throws Problem `overloaded` while the set may have the key by now, and is not asked again yet
   */
  renewFor(key: MissedKey, context: KeyContext): Promise<boolean>;
  /** Which edition of the set there is, counted; and until when nobody need ask for the next, ms since the epoch. */
  validity(): { edition: number; until: number };
}

/** A key that a token needs and the set does not have. */
export interface MissedKey {
  /** Tells it from others: the token's `kid`, else the token itself. */
  name: string;
  /** The edition that there was when the request began. */
  since: number;
  /** What jose threw. */
  cause: unknown;
}

/** Whether keys are those of a remote set: a JWK has no functions. */
export function isRemote(key: object): key is RemoteKeys {
  return typeof (key as Partial<RemoteKeys>).pick === 'function';
}

/** A set as it lies at the edge. */
interface KeptSet {
  jwks: JSONWebKeySet;
  /** ms since the epoch */
  fetchedAt: number;
}

/** The keys behind a URL; `fetch` is the platform's unless given. */
export function remoteKeys(url: URL, fetch?: FetchImplementation): RemoteKeys {
  const edgeCopy = edgeUrl('keys', 1, url.href);
  let set: JWTVerifyGetKey | null = null;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let edition = 0;
  let names: ReadonlySet<string> = new Set();
  /** Names of keys that were asked for in vain -> the edition that there was then. By digest, for a name may be long. */
  const missed = new BoundedMap<number>(MAX_MISSED);
  /** The fetch under way, by its beginning (ms since the epoch) and its signs of life; null: there is none. */
  let fetching: { begunAt: number; beats: number } | null = null;

  const isOlderThan = (ms: number) => Date.now() > fetchedAt + ms;
  const isFetching = () => fetching !== null && Date.now() < fetching.begunAt + GONE_MS;

  function learn(kept: KeptSet): void {
    set = createLocalJWKSet(kept.jwks);
    fetchedAt = kept.fetchedAt;
    const before = names;
    names = new Set(kept.jwks.keys.flatMap(({ kid }) => (kid === undefined ? [] : [digestTag(kid)])));
    // A key that was taken out of the set is not one that may have come into it.
    for (const name of before) if (!names.has(name)) missed.set(name, edition);
    edition += 1;
  }

  /** Fetches the set while others wait. A set that is new here comes from the edge, if it is fresh there. */
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
      // One that was given up for gone says nothing of the fetch that took its place.
      if (fetching === mark) hasFailed = true;
      throw unavailable(cause);
    } finally {
      clearInterval(life);
      if (fetching === mark) fetching = null;
    }
  }

  /** Whether the set was fetched; if not, what was `kept` serves. @throws what jose throws */
  async function fetchSet(kept: KeptSet | null, { edge, waitUntil }: KeyContext): Promise<boolean> {
    triedAt = Date.now();
    // Of its own, for jose's sets share their pending fetch.
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
      // A copy that breaks off counts as not kept.
      log('warn', 'keys.copy_broken', { error });
      return null;
    }
  }

  /** Fetches the set, or waits for who does; takes over from one that is gone. @throws Problem `overloaded` when its own fetch fails */
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

  /** Fetches a set where there is none. @throws Problem `overloaded` if there is none then */
  async function demandSet(context: KeyContext): Promise<void> {
    if (!isOlderThan(KEPT_MS)) return;
    if (fetching === null && hasFailed && Date.now() < triedAt + EMPTY_PAUSE_MS) throw unavailable();
    await renew(context);
    // A copy from the edge serves although the fetch has failed.
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
      // Also where several keys fit, which jose tells as an error.
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
  return overloaded(EMPTY_PAUSE_MS, 'The key set that tokens are verified with cannot be had now.', cause);
}

function overloaded(ms: number, detail: string, cause: unknown): Problem {
  return new Problem('overloaded', detail, { headers: { 'Retry-After': String(Math.ceil(ms / 1000)) }, cause });
}
