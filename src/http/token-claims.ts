/**
 * Reads the claims of a token (CONTRACT 1) by rules without I/O. The verifier checks the signature. A claim that is
 * null counts as missing, at any depth.
 */

import * as v from 'valibot';
import { MAX_DEVICE_LENGTH, MAX_USER_LENGTH } from '../contract/constants.ts';
import { type Identity, SCOPES, type Scope } from '../contract/identity.ts';
import { isObject } from '../core/json-value.ts';
import { follow, pointerTokens } from '../core/pointer.ts';
import type { TokenRules } from './token-rules.ts';

/** Allowed difference between the clocks of issuer and service, seconds. */
const CLOCK_TOLERANCE_S = 60;
/**
 * The end of the year 9999, seconds since the epoch: the last time that RFC 3339 can write, and that issuers give to tokens
 * that are to be valid for ever. A later one is in milliseconds, as is every time since 1978 then.
 */
const LATEST_S = Date.UTC(10_000, 0) / 1000 - 1;
/**
 * A token with more groups than this counts as a token without groups: the rest would have to be fetched from the
 * issuer.
 */
const MAX_GROUPS = 1000;
/** How many unknown names in scope claims are kept, and how many characters of each. */
const MAX_OTHER_SCOPES = 20;
const MAX_OTHER_LENGTH = 100;

/**
 * Id of a device (CONTRACT 1, 3), in `X-Device-Id` or a token's `device_id`: 1-128 visible ASCII characters (RFC 5234
 * VCHAR).
 */
export const DeviceId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/), v.maxLength(MAX_DEVICE_LENGTH));

/** The payload of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** The identity in the claims, or the claim that is at fault. */
export type ReadClaims = { identity: Identity } | ClaimFault;

/**
 * Why a token is refused: the pointer of the claim at fault; several pointers if any one of several claims would do.
 */
export interface ClaimFault {
  fault: 'expired' | 'far' | 'invalid';
  claim: string;
}

/** Reads the claims of a token with a valid signature; `nowS` in seconds since the epoch. */
export function readClaims(claims: Claims, rules: TokenRules, nowS: number): ReadClaims {
  const fault = faultOfTimes(claims, nowS) ?? faultOfAddress(claims, rules);
  if (fault !== null) return fault;
  const user = claimAt(claims, rules.userClaim);
  if (!v.is(UserName, user)) return { fault: 'invalid', claim: rules.userClaim };
  const device = claimAt(claims, '/device_id') ?? null;
  if (device !== null && !v.is(DeviceId, device)) return { fault: 'invalid', claim: '/device_id' };
  return {
    identity: {
      user,
      device,
      ...scopesOf(claims, rules),
      groups: groupsOf(claims, rules.groupsClaim),
      expiresAt: (claims.exp as number) * 1000,
    },
  };
}

/**
 * Until when a token that expires at `expiresAt` is accepted, with tolerance for a slow clock. Both in ms since the
 * epoch.
 */
export function acceptedUntil(expiresAt: number): number {
  return expiresAt + CLOCK_TOLERANCE_S * 1000;
}

const UserName = v.pipe(
  v.string(),
  v.regex(new RegExp(`^\\P{Cc}{1,${MAX_USER_LENGTH}}$`, 'u')),
  v.check((text) => text.isWellFormed()),
);
/** RFC 7519 section 2: seconds since the epoch. */
const NumericDate = v.pipe(v.number(), v.finite());

/** RFC 7519 sections 4.1.4 to 4.1.6; `exp` is required. */
function faultOfTimes(claims: Claims, nowS: number): ClaimFault | null {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claims[name] ?? undefined;
    const isFine = value === undefined ? name !== 'exp' : v.is(NumericDate, value);
    if (!isFine) return { fault: 'invalid', claim: `/${name}` };
    if ((value as number) > LATEST_S) return { fault: 'far', claim: `/${name}` };
  }
  const { exp, nbf } = claims as { exp: number; nbf?: number | null };
  if (nbf != null && nbf > nowS + CLOCK_TOLERANCE_S) return { fault: 'invalid', claim: '/nbf' };
  return acceptedUntil(exp * 1000) <= nowS * 1000 ? { fault: 'expired', claim: '/exp' } : null;
}

/** Checks who signed the token and for whom. */
function faultOfAddress(claims: Claims, { issuers, audiences, audienceClaims }: TokenRules): ClaimFault | null {
  if (issuers.length > 0 && !issuers.some((issuer) => issuer === claims.iss))
    return { fault: 'invalid', claim: '/iss' };
  if (audiences.length === 0) return null;
  const named = audienceClaims.flatMap((claim) => textsOf(claimAt(claims, claim)));
  return named.some((name) => audiences.includes(name)) ? null : { fault: 'invalid', claim: audienceClaims.join(' ') };
}

/** The log's reason for a claim at fault: another audience or issuer, a missing claim, or an invalid or too late value. */
export function reasonOf({ fault, claim }: ClaimFault, claims: Claims, { audienceClaims }: TokenRules): string {
  if (fault === 'far') return 'too far ahead';
  if (claim === '/iss') return 'issuer';
  if (claim === audienceClaims.join(' ')) return 'audience';
  if (claimAt(claims, claim) === undefined) return 'missing';
  return claim === '/nbf' && v.is(NumericDate, claims.nbf) ? 'not yet valid' : 'invalid';
}

/**
 * If a scope claim is present but contains none of our scopes, the token has none. Without any scope claim, the
 * defaults apply.
 */
function scopesOf(
  claims: Claims,
  { scopeClaims, scopePrefix, defaultScopes }: TokenRules,
): Pick<Identity, 'scopes' | 'scopesFrom' | 'otherScopes'> {
  const values = scopeClaims.map((claim) => claimAt(claims, claim)).filter((value) => value !== undefined);
  if (values.length === 0) return { scopes: scopesIn(defaultScopes), scopesFrom: 'default', otherScopes: [] };
  // In a list each item is one whole name: a role may have spaces in its name.
  const names = new Set(values.flatMap((value) => (typeof value === 'string' ? value.split(' ') : textsOf(value))));
  names.delete('');
  const ours = (name: string) =>
    name.startsWith(scopePrefix) ? name.slice(scopePrefix.length).replaceAll('.', ':') : null;
  const others = [...names].filter((name) => !isScope(ours(name))).slice(0, MAX_OTHER_SCOPES);
  return {
    scopes: scopesIn([...names].map(ours)),
    scopesFrom: 'claims',
    otherScopes: others.map((name) => name.slice(0, MAX_OTHER_LENGTH).toWellFormed()),
  };
}

function scopesIn(names: readonly (string | null)[]): ReadonlySet<Scope> {
  const isAdmin = names.includes('cache:admin');
  return new Set(SCOPES.filter((scope) => names.includes(scope) || (isAdmin && scope === 'cache:inspect')));
}

function isScope(name: string | null): boolean {
  return (SCOPES as readonly (string | null)[]).includes(name);
}

function groupsOf(claims: Claims, groupsClaim: string): ReadonlySet<string> {
  const groups = textsOf(claimAt(claims, groupsClaim));
  return new Set(groups.length > MAX_GROUPS || isOverage(claims, groupsClaim) ? [] : groups);
}

/** Entra leaves groups out if there are too many for a token, and marks that (`_claim_names`, `hasgroups`). */
function isOverage(claims: Claims, groupsClaim: string): boolean {
  const [name = ''] = pointerTokens(groupsClaim);
  const elsewhere = claims._claim_names;
  if (isObject(elsewhere) && Object.hasOwn(elsewhere, name)) return true;
  return name === 'groups' && String(claims.hasgroups) === 'true';
}

/** The value at a pointer; undefined if missing. */
function claimAt(claims: Claims, pointer: string): unknown {
  return follow(claims, pointer) ?? undefined;
}

/** A text, or the texts in a list. Other values are left out. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}
