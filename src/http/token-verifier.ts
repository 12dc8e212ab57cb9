/**
 * Whom a token speaks for (RFC 7519, RFC 8725), verified with jose. A token that was verified here before costs no
 * cryptography again, while its keys are the same: what is kept is the isolate's, bounded, and never outlives the token.
 */

import { errors, type JWTPayload, jwtVerify } from 'jose';
import * as v from 'valibot';
import { MAX_USER_LENGTH } from '../contract/constants.ts';
import { type Identity, SCOPES, type Scope } from '../contract/identity.ts';
import { MEMORY_SHARES } from '../contract/memory-shares.ts';
import { Problem } from '../contract/problem.ts';
import { readText } from '../settings.ts';
import { BoundedMap } from '../stores/bounded-map.ts';
import { DeviceId } from './device-id.ts';
import { isRemote, type KeyContext } from './remote-keys.ts';
import type { TokenKeys } from './token-keys.ts';

const CLOCK_TOLERANCE_S = 30;
/** A token with no `scope` claim has these. */
const USUAL_SCOPES: readonly Scope[] = ['cache:read', 'cache:refresh'];
/** Longest token that an isolate remembers, characters, and bytes of one beside its texts, roughly. */
const MAX_LENGTH = 2048;
const BASE_BYTES = 600;

const Claims = v.object({
  sub: v.pipe(v.string(), v.regex(new RegExp(`^\\P{Cc}{1,${MAX_USER_LENGTH}}$`, 'u')), v.check(isWellFormed)),
  exp: v.pipe(v.number(), v.maxValue(Number.MAX_SAFE_INTEGER)),
  scope: v.optional(v.string()),
  device_id: v.optional(DeviceId),
});

interface Verified {
  identity: Identity;
  /** Which edition of the key set verified it. */
  edition: number;
  /** When that edition is to be fetched anew, ms since the epoch: then the token must bring it about. */
  until: number;
  /** What remembering it takes, roughly. */
  bytes: number;
}

/** By the settings and the token: an isolate's settings do not change, a test's may. */
const verified = new BoundedMap<Verified>(MEMORY_SHARES.tokens, ({ bytes }) => bytes);

/** Bytes of all tokens that are remembered, for tests. */
export function rememberedTokenBytes(): number {
  return verified.weight;
}

/**
 * The identity that a token proves.
 *
 * @param context what a key set is fetched with
 * @throws Problem `unauthenticated` (RFC 6750 section 3), `overloaded` when the key set cannot be had
 */
export async function verifyToken(token: string, keys: TokenKeys, env: object, context: KeyContext): Promise<Identity> {
  const issuer = readText(env, 'JWT_ISSUER');
  const audience = readText(env, 'JWT_AUDIENCE');
  const id = [keys.id, issuer, audience, token].join('\n');
  const before = verified.get(id);
  if (before !== undefined && stillHolds(before, keys, Date.now())) return before.identity;

  const options = {
    algorithms: keys.algorithms,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  try {
    const { payload } = isRemote(keys.key)
      ? await jwtVerify(token, keys.key.pick(context), options)
      : await jwtVerify(token, keys.key, options);
    const identity = identityOf(payload);
    const bytes = BASE_BYTES + 2 * (id.length + identity.user.length + (identity.device?.length ?? 0));
    if (token.length <= MAX_LENGTH) verified.set(id, { identity, ...standingOf(keys), bytes });
    return identity;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw invalidToken(cause instanceof errors.JWTExpired ? 'The token has expired' : 'The token is not valid', cause);
  }
}

/** As jose would say it: not expired, by a clock that may be slow, and verified by the keys that there are. */
function stillHolds({ identity, edition, until }: Verified, keys: TokenKeys, now: number): boolean {
  const isExpired = identity.expiresAt / 1000 <= Math.floor(now / 1000) - CLOCK_TOLERANCE_S;
  return !isExpired && now < until && edition === standingOf(keys).edition;
}

function standingOf({ key }: TokenKeys): Pick<Verified, 'edition' | 'until'> {
  return isRemote(key) ? key.standing() : { edition: 0, until: Number.POSITIVE_INFINITY };
}

function identityOf(payload: JWTPayload): Identity {
  const claims = v.parse(Claims, payload);
  const named = claims.scope?.split(' ') ?? USUAL_SCOPES;
  return {
    user: claims.sub,
    scopes: new Set(SCOPES.filter((scope) => named.includes(scope))),
    device: claims.device_id ?? null,
    expiresAt: claims.exp * 1000,
  };
}

function invalidToken(description: string, cause: unknown): Problem {
  return new Problem('unauthenticated', `${description}. Get a new one.`, {
    headers: { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${description}"` },
    cause,
  });
}

function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
