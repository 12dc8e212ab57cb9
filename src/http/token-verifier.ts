/**
 * Whom a token speaks for (RFC 7519, RFC 8725), its signature verified with jose. A token that was verified here before costs
 * no cryptography again, while its keys are the same: 53 µs (HS256) to 148 (EdDSA) a request, on Node.js 24 and 2 x AMD EPYC. What is
 * kept is the isolate's, bounded, and never outlives the token.
 */

import { type CompactVerifyResult, compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { Identity } from '../contract/identity.ts';
import { Problem } from '../contract/problem.ts';
import { isObject } from '../core/json-value.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { BoundedMap } from '../stores/bounded-map.ts';
import { isRemote, type KeyContext, type RemoteKeys } from './remote-keys.ts';
import { acceptedUntil, readClaims } from './token-claims.ts';
import type { TokenKeys, TrustedKey } from './token-keys.ts';
import { claimRefused, signatureRefused } from './token-refusal.ts';
import type { TokenRules } from './token-rules.ts';

/** Longest token that an isolate remembers, characters: groups make tokens long. */
const MAX_LENGTH = 16_384;
/** Bytes that remembering one takes beside its texts, and a group in it beside its name, roughly. */
const BASE_BYTES = 600;
const GROUP_BYTES = 64;
/** Most keys that are tried for a token, where several fit: a signature costs a tenth of a millisecond or more. */
const MAX_TRIES = 8;

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
 * @throws Problem `unauthenticated` (RFC 6750 section 3), `overloaded` when the key set cannot be had,
 * or may have the token's key by now
 */
export async function verifyToken(
  token: string,
  keys: TokenKeys,
  rules: TokenRules,
  context: KeyContext,
): Promise<Identity> {
  const id = [keys.id, rules.id, token].join('\n');
  const before = verified.get(id);
  if (before !== undefined && stillHolds(before, keys, Date.now())) return before.identity;
  const identity = identityIn(await signedPayload(token, keys, context), rules);
  if (token.length <= MAX_LENGTH) {
    verified.set(id, { identity, bytes: bytesOf(id, identity), ...judgeCache(keys) });
  }
  return identity;
}

function bytesOf(id: string, { user, device, groups, otherScopes }: Identity): number {
  const texts = [id, user, device ?? '', ...groups, ...otherScopes];
  return BASE_BYTES + GROUP_BYTES * groups.size + 2 * texts.reduce((sum, { length }) => sum + length, 0);
}

/** Not expired, by a clock that may be slow, and verified by the keys that there are. */
function stillHolds({ identity, edition, until }: Verified, keys: TokenKeys, now: number): boolean {
  return now < acceptedUntil(identity.expiresAt) && now < until && edition === judgeCache(keys).edition;
}

function judgeCache({ trusted }: TokenKeys): Pick<Verified, 'edition' | 'until'> {
  const remote = trusted.map(({ key }) => key).find(isRemote);
  return remote?.validity() ?? { edition: 0, until: Number.POSITIVE_INFINITY };
}

/** Whom a payload names. @throws Problem `unauthenticated` */
function identityIn(payload: Uint8Array, rules: TokenRules): Identity {
  const claims = parsePayload(payload);
  const read = readClaims(claims, rules, Math.floor(Date.now() / 1000));
  if ('identity' in read) return read.identity;
  throw claimRefused(read, claims, rules);
}

function parsePayload(payload: Uint8Array): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
    if (isObject(claims)) return claims;
  } catch (cause) {
    throw signatureRefused(cause);
  }
  throw signatureRefused();
}

/** @throws Problem `unauthenticated` unless one of the keys has signed it */
async function signedPayload(token: string, keys: TokenKeys, context: KeyContext): Promise<Uint8Array> {
  try {
    const { payload, protectedHeader } = await verifySignature(token, keys, context);
    // RFC 7797 section 7: a JWT never leaves its payload unencoded.
    if (protectedHeader.b64 !== false) return payload;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw signatureRefused(cause);
  }
  throw signatureRefused();
}

async function verifySignature(
  token: string,
  { trusted }: TokenKeys,
  context: KeyContext,
): Promise<CompactVerifyResult> {
  const { alg, kid } = decodeProtectedHeader(token);
  const fitting = trusted.filter(({ algorithms }) => alg !== undefined && algorithms.includes(alg));
  if (fitting.length === 0) throw new errors.JOSEAlgNotAllowed();
  const named = fitting.filter(({ key }) => kid !== undefined && (key as { kid?: unknown }).kid === kid);
  return firstThatFits(named.length > 0 ? named : fitting, ({ key, algorithms }) =>
    isRemote(key)
      ? verifyByRemote(token, key, algorithms, context)
      : compactVerify(token, key, { algorithms: [...algorithms] }),
  );
}

/** A token without `kid` may be signed by any key of the set, or by one that was published since it was fetched. */
async function verifyByRemote(
  token: string,
  keys: RemoteKeys,
  algorithms: TrustedKey['algorithms'],
  context: KeyContext,
): Promise<CompactVerifyResult> {
  const { kid } = decodeProtectedHeader(token);
  if (kid !== undefined && typeof kid !== 'string') throw new errors.JWSInvalid('kid is no text');
  const verify = () => verifyByAnyOf(token, keys, algorithms, context);
  const { edition: since } = keys.validity();
  try {
    return await verify();
  } catch (cause) {
    if (kid !== undefined || !(cause instanceof errors.JWSSignatureVerificationFailed)) throw cause;
    if (!(await keys.renewFor({ name: token, since, cause }, context))) throw cause;
    return verify();
  }
}

async function verifyByAnyOf(
  token: string,
  keys: RemoteKeys,
  algorithms: TrustedKey['algorithms'],
  context: KeyContext,
): Promise<CompactVerifyResult> {
  const options = { algorithms: [...algorithms] };
  try {
    return await compactVerify(token, keys.pick(context), options);
  } catch (several) {
    if (!(several instanceof errors.JWKSMultipleMatchingKeys)) throw several;
    return firstThatFits(several, (key) => compactVerify(token, key, options));
  }
}

/**
 * What `attempt` makes of the first key that has signed; at most MAX_TRIES are tried. @throws the problem that a key set has,
 * else whatever the last key throws
 */
async function firstThatFits<Key>(
  keys: Iterable<Key> | AsyncIterable<Key>,
  attempt: (key: Key) => Promise<CompactVerifyResult>,
): Promise<CompactVerifyResult> {
  let refusal: unknown = new errors.JWKSNoMatchingKey();
  let tries = 0;
  for await (const key of keys) {
    if (tries++ === MAX_TRIES) break;
    try {
      return await attempt(key);
    } catch (cause) {
      if (!isOfAnotherKey(cause)) throw cause;
      if (!(refusal instanceof Problem)) refusal = cause;
    }
  }
  throw refusal;
}

/** A set that cannot be had may be no fault of the token either: a key beside it may have signed. */
function isOfAnotherKey(cause: unknown): boolean {
  return (
    cause instanceof Problem ||
    cause instanceof errors.JWSSignatureVerificationFailed ||
    cause instanceof errors.JWKSNoMatchingKey
  );
}
