/**
 * A remote key set (RFC 7517) in an isolate. jose fetches and picks; when to fetch is decided here, so that known keys serve
 * on while the set cannot be had, and tokens with unknown keys make nobody ask more often.
 */

import {
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { Problem } from '../contract/problem.ts';
import { log } from '../log.ts';

/** How long the endpoint may take, ms. */
const TIMEOUT_MS = 5000;
/** A set older than this is fetched anew, behind an answer that the old one serves: how long a removed key may last, ms. */
const FRESH_MS = 600_000;
/** The set is asked for no more often than this while there is one, and while there is none, ms. */
const PAUSE_MS = 30_000;
const EMPTY_PAUSE_MS = 5000;
/** How long keys serve while the set cannot be had, ms: longer, whoever cuts us off from it would keep a removed key alive. */
const KEPT_MS = 86_400_000;

/** The keys behind a URL. */
export interface RemoteKeys {
  /**
   * Picks the key that a token names; `waitUntil` keeps a fetch alive that no answer waits for. What is picked throws jose's
   * errors for a token that names no key of the set.
   *
   * @throws Problem `overloaded` if there is no set or it is not known whether it has the key by now
   */
  pick(waitUntil: (work: Promise<unknown>) => void): JWTVerifyGetKey;
  /** Which edition of the set there is, counted; and until when nobody need ask for the next, ms since the epoch. */
  standing(): { edition: number; until: number };
}

/** Whether keys are those of a remote set: a JWK has no functions. */
export function isRemote(key: object): key is RemoteKeys {
  return typeof (key as Partial<RemoteKeys>).pick === 'function';
}

/** The keys behind a URL. */
export function remoteKeys(url: URL): RemoteKeys {
  // jose itself would fetch a set that has run out before it answers, and fail with it; so none of its sets runs out.
  const set = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: Infinity,
    cacheMaxAge: Infinity,
  });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  /** A fetch was begun and has not succeeded: it runs, or it failed. */
  let isOpen = false;
  let edition = 0;

  async function fetchSet(): Promise<void> {
    triedAt = Date.now();
    isOpen = true;
    try {
      await set.reload();
    } catch (cause) {
      throw unavailable(cause);
    }
    fetchedAt = Date.now();
    edition += 1;
    isOpen = false;
  }

  async function pickKnown(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      return await set(header, token);
    } catch (cause) {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause;
      if (Date.now() < triedAt + PAUSE_MS) throw isOpen ? unavailable(cause) : cause;
    }
    await fetchSet();
    return set(header, token);
  }

  const pick: RemoteKeys['pick'] = (waitUntil) => async (header, token) => {
    if (Date.now() > fetchedAt + KEPT_MS) {
      if (isOpen && Date.now() < triedAt + EMPTY_PAUSE_MS) throw unavailable();
      await fetchSet();
    }
    const key = await pickKnown(header, token);
    if (Date.now() > fetchedAt + FRESH_MS && Date.now() >= triedAt + PAUSE_MS) {
      waitUntil(fetchSet().catch((error: unknown) => log('warn', 'keys.not_fetched', { error })));
    }
    return key;
  };

  return {
    pick,
    standing: () => ({ edition, until: Math.max(fetchedAt + FRESH_MS, triedAt + PAUSE_MS) }),
  };
}

function unavailable(cause?: unknown): Problem {
  return new Problem('overloaded', 'The key set that tokens are verified with cannot be had now.', {
    headers: { 'Retry-After': String(EMPTY_PAUSE_MS / 1000) },
    cause,
  });
}
