/**
 * Rules for reading the claims of tokens, from the settings (CONTRACT 1). An invalid setting is a `misconfigured`
 * problem that names it.
 */

import { SCOPES, type Scope } from '../contract/identity.ts';
import { Problem } from '../contract/problem.ts';
import { oncePerEnv, readText } from '../settings.ts';

/** Which claims contain what. Pointers are RFC 6901, into the claims of the token. */
export interface TokenRules {
  /** Differs for rules of other settings. */
  id: number;
  /** `iss` must be one of them; if empty, any issuer is accepted. */
  issuers: readonly string[];
  /** An audience claim must contain one of them; if empty, any audience is accepted. */
  audiences: readonly string[];
  audienceClaims: readonly string[];
  scopeClaims: readonly string[];
  /** Prefix of our scopes in tokens. A name without it is not our scope. */
  scopePrefix: string;
  /** Scopes of a token without any scope claim. */
  defaultScopes: readonly Scope[];
  userClaim: string;
  groupsClaim: string;
}

/** Defaults of these settings. */
export const RULE_DEFAULTS = {
  JWT_ISSUER: '',
  JWT_AUDIENCE: '',
  JWT_AUDIENCE_CLAIMS: '/aud',
  JWT_SCOPE_CLAIMS: '/scope /scp /scopes /roles /permissions',
  JWT_SCOPE_PREFIX: '',
  JWT_DEFAULT_SCOPES: 'cache:read cache:refresh',
  JWT_USER_CLAIM: '/sub',
  JWT_GROUPS_CLAIM: '/groups',
} as const;
type RuleName = keyof typeof RULE_DEFAULTS;

/** The names of these settings. */
export const RULE_NAMES = Object.keys(RULE_DEFAULTS) as readonly RuleName[];

/** Any audience is accepted. */
const ANY = '*';
/** JWT_DEFAULT_SCOPES for no scopes. */
const NONE = 'none';
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

/** By the text of the settings: two env objects with the same settings, as in tests, share their rules. */
const ids = new Map<string, number>();

function idOf(settings: string): number {
  const id = ids.get(settings) ?? ids.size;
  ids.set(settings, id);
  return id;
}

/** @throws Problem `misconfigured`, naming the setting */
export const tokenRules = oncePerEnv((env: object): TokenRules => {
  const text = (name: RuleName) => readText(env, name)?.trim() || RULE_DEFAULTS[name];
  return {
    id: idOf(RULE_NAMES.map((name) => `${name}=${text(name)}`).join('\n')),
    issuers: byComma(text('JWT_ISSUER')),
    audiences: audiences(text('JWT_AUDIENCE')),
    audienceClaims: pointers('JWT_AUDIENCE_CLAIMS', text('JWT_AUDIENCE_CLAIMS')),
    scopeClaims: pointers('JWT_SCOPE_CLAIMS', text('JWT_SCOPE_CLAIMS')),
    scopePrefix: text('JWT_SCOPE_PREFIX'),
    defaultScopes: scopes(text('JWT_DEFAULT_SCOPES')),
    userClaim: pointer('JWT_USER_CLAIM', text('JWT_USER_CLAIM')),
    groupsClaim: pointer('JWT_GROUPS_CLAIM', text('JWT_GROUPS_CLAIM')),
  };
});

/**
 * The issuer of a key set also signs tokens for other services, and that of Entra's `common` or of Firebase signs
 * tokens for strangers. So the audience must be set.
 *
 * @throws Problem `misconfigured` unless JWT_AUDIENCE is set
 */
export function demandAudience(env: object): void {
  if (readText(env, 'JWT_AUDIENCE')?.trim()) return;
  throw new Problem(
    'misconfigured',
    'The setting JWT_AUDIENCE must be set with JWT_JWKS_URL: the same keys sign tokens for other services. Set JWT_AUDIENCE = "*" to accept any audience.',
  );
}

function byComma(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function audiences(text: string): string[] {
  const named = byComma(text);
  if (!named.includes(ANY)) return named;
  if (named.length === 1) return [];
  throw new Problem('misconfigured', `The setting JWT_AUDIENCE must be "${ANY}" alone, or audiences without it.`);
}

function pointers(name: RuleName, text: string): string[] {
  return text.split(/[\s,]+/).map((item) => pointer(name, item));
}

function pointer(name: RuleName, text: string): string {
  if (POINTER.test(text)) return text;
  throw new Problem('misconfigured', `The setting ${name} must consist of JSON pointers (RFC 6901), such as /sub.`);
}

function scopes(text: string): Scope[] {
  if (text === NONE) return [];
  return text.split(/[\s,]+/).map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope !== undefined) return scope;
    const known = SCOPES.join(', ');
    throw new Problem('misconfigured', `The setting JWT_DEFAULT_SCOPES must list scopes (${known}), or be "${NONE}".`);
  });
}
