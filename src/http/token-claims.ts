/**
 * What the claims of a token say (CONTRACT 1), by rules without I/O. The signature is the verifier's. A claim that is null
 * counts as missing, wherever it stands.
 */

import * as v from 'valibot';
import { MAX_DEVICE_LENGTH, MAX_USER_LENGTH } from '../contract/constants.ts';
import { type Identity, SCOPES, type Scope } from '../contract/identity.ts';
import { isObject } from '../core/json-value.ts';
import { follow, pointerTokens } from '../core/pointer.ts';
import type { TokenRules } from './token-rules.ts';

/** How far the clocks of issuer and service may differ, seconds. */
const CLOCK_TOLERANCE_S = 60;
/** A token with more groups than this has none: its issuer would have to be asked for the rest. */
const MAX_GROUPS = 1000;
/** Of the names in scope claims that are not ours, so many are kept, and so many characters of each. */
const MAX_OTHER_SCOPES = 20;
const MAX_OTHER_LENGTH = 100;

/** The last moment that has a date (ECMA-262 section 21.4.1.1), ms since the epoch. */
const LATEST_MS = 8.64e15;

/** Id of a device (CONTRACT 1, 3), in `X-Device-Id` or a token's `device_id`: 1-128 visible ASCII characters (RFC 5234 VCHAR). */
export const DeviceId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/), v.maxLength(MAX_DEVICE_LENGTH));

/** The payload of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** Whom the claims name, or what is wrong with which claim. */
export type ReadClaims = { identity: Identity } | ClaimFault;

/** That a token is refused for a claim, by its pointer; several pointers where one of several claims would do. */
export interface ClaimFault {
  fault: 'expired' | 'invalid';
  claim: string;
}

/** Reads the claims of a token whose signature holds; `nowS` in seconds since the epoch. */
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
      expiresAt: Math.min((claims.exp as number) * 1000, LATEST_MS),
    },
  };
}

/** Until when a token that expires at `expiresAt` is accepted, by a clock that may be slow. Both in ms since the epoch. */
export function acceptedUntil(expiresAt: number): number {
  return expiresAt + CLOCK_TOLERANCE_S * 1000;
}

const UserName = v.pipe(
  v.string(),
  v.regex(new RegExp(`^\\P{Cc}{1,${MAX_USER_LENGTH}}$`, 'u')),
  v.check((text) => text.isWellFormed()),
);
/** RFC 7519 section 2, as far as numbers are exact. */
const NumericDate = v.pipe(v.number(), v.finite(), v.maxValue(Number.MAX_SAFE_INTEGER));

/** RFC 7519 sections 4.1.4 to 4.1.6; `exp` is required. */
function faultOfTimes(claims: Claims, nowS: number): ClaimFault | null {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claims[name] ?? undefined;
    const isFine = value === undefined ? name !== 'exp' : v.is(NumericDate, value);
    if (!isFine) return { fault: 'invalid', claim: `/${name}` };
  }
  const { exp, nbf } = claims as { exp: number; nbf?: number | null };
  if (nbf != null && nbf > nowS + CLOCK_TOLERANCE_S) return { fault: 'invalid', claim: '/nbf' };
  return acceptedUntil(exp * 1000) <= nowS * 1000 ? { fault: 'expired', claim: '/exp' } : null;
}

/** Who signed it, and whom for. */
function faultOfAddress(claims: Claims, { issuers, audiences, audienceClaims }: TokenRules): ClaimFault | null {
  if (issuers.length > 0 && !issuers.some((issuer) => issuer === claims.iss))
    return { fault: 'invalid', claim: '/iss' };
  if (audiences.length === 0) return null;
  const named = audienceClaims.flatMap((claim) => textsOf(claimAt(claims, claim)));
  return named.some((name) => audiences.includes(name)) ? null : { fault: 'invalid', claim: audienceClaims.join(' ') };
}

/** What the log tells of a claim at fault: what the token is not for, or that the claim is missing or is no value for it. */
export function reasonOf({ claim }: ClaimFault, claims: Claims, { audienceClaims }: TokenRules): string {
  if (claim === '/iss') return 'issuer';
  if (claim === audienceClaims.join(' ')) return 'audience';
  if (claimAt(claims, claim) === undefined) return 'missing';
  return claim === '/nbf' && v.is(NumericDate, claims.nbf) ? 'not yet valid' : 'invalid';
}

/** A claim that says scopes, and none of ours, gives none; without any such claim there are the usual ones. */
function scopesOf(
  claims: Claims,
  { scopeClaims, scopePrefix, defaultScopes }: TokenRules,
): Pick<Identity, 'scopes' | 'scopesFrom' | 'otherScopes'> {
  const values = scopeClaims.map((claim) => claimAt(claims, claim)).filter((value) => value !== undefined);
  if (values.length === 0) return { scopes: scopesIn(defaultScopes), scopesFrom: 'default', otherScopes: [] };
  // A list names each whole: a role may have spaces in its name.
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

/** Entra leaves out groups that are too many for a token, and says so (`_claim_names`, `hasgroups`). */
function isOverage(claims: Claims, groupsClaim: string): boolean {
  const [name = ''] = pointerTokens(groupsClaim);
  const elsewhere = claims._claim_names;
  if (isObject(elsewhere) && Object.hasOwn(elsewhere, name)) return true;
  return name === 'groups' && String(claims.hasgroups) === 'true';
}

/** The value that a pointer leads to; undefined: missing. */
function claimAt(claims: Claims, pointer: string): unknown {
  return follow(claims, pointer) ?? undefined;
}

/** A text, or the texts of a list; what is neither is left out. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}
