/** The claims of a local token, at the places that the settings name (docs/identity.md). */

import { SCOPES, type Scope } from '../../src/contract/identity.ts';
import { type TokenRules, tokenRules } from '../../src/http/token-rules.ts';

/** What a token says about its user. */
export interface Grants {
  /** Space-separated scopes; undefined: `cache:read cache:refresh`. */
  scope?: string | undefined;
  /** Groups of the user; undefined: no claim. */
  groups?: readonly string[] | undefined;
  /** Ties the token to a device. */
  device?: string | undefined;
}

const USUAL_SCOPES: readonly Scope[] = SCOPES.slice(0, 2);

/** Claims that a service with these rules reads as `user` with `grants`. */
export function localClaims(user: string, { scope, groups, device }: Grants, rules = tokenRules({})): Claims {
  const claims: Claims = { sub: user };
  put(claims, rules.userClaim, user);
  const scopes = scope ?? (hasUsualScopes(rules) ? undefined : USUAL_SCOPES.join(' '));
  if (scopes !== undefined) put(claims, rules.scopeClaims[0], withPrefix(scopes, rules.scopePrefix));
  if (groups !== undefined) put(claims, rules.groupsClaim, groups);
  if (device !== undefined) claims.device_id = device;
  if (rules.issuers[0] !== undefined) claims.iss = rules.issuers[0];
  if (rules.audiences[0] !== undefined) put(claims, rules.audienceClaims[0], rules.audiences[0]);
  return claims;
}

/** The payload of a token. */
export type Claims = Record<string, unknown>;

function hasUsualScopes({ defaultScopes }: TokenRules): boolean {
  return USUAL_SCOPES.every((scope) => defaultScopes.includes(scope));
}

function withPrefix(scopes: string, prefix: string): string {
  return scopes
    .split(' ')
    .map((scope) => prefix + scope)
    .join(' ');
}

/** Sets the member at a JSON pointer (RFC 6901), and creates the objects on the way. */
function put(claims: Claims, pointer: string | undefined, value: unknown): void {
  const names = (pointer ?? '')
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop();
  if (last === undefined) return;
  let at = claims;
  for (const name of names) {
    const inner = at[name] ?? {};
    at[name] = inner;
    at = inner as Claims;
  }
  at[last] = value;
}
