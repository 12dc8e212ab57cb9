/** Settings of the console (CONTRACT 5). An invalid setting is a `misconfigured` problem that names it. */

import type { ConsoleConfig, ConsoleSignIn } from '../contract/console.ts';
import { VERSION } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import { isObject } from '../core/json-value.ts';
import { isLoopback, isSecureUrl } from '../core/loopback.ts';
import { oncePerEnv, readInteger, readText } from '../settings.ts';

const LANGUAGES = ['en', 'ru'];
const USUAL_SCOPE = 'openid';
/** Parameters that the console itself sets in its request (RFC 6749, RFC 7636, OpenID Connect Core). */
const RESERVED: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'prompt',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

/** Returns the console's configuration. @throws Problem `misconfigured`, naming the setting */
export const consoleConfig = oncePerEnv(
  (env: object): ConsoleConfig => ({
    oidc: signIn(env),
    version: VERSION,
    languages: LANGUAGES,
    poll_s: readInteger(env as Readonly<Record<string, unknown>>, 'CONSOLE_POLL_S', 10, 1, 3600),
    local: localOf(env),
  }),
);

function signIn(env: object): ConsoleSignIn | null {
  const text = (name: string) => readText(env, name)?.trim() || undefined;
  const [issuer, clientId] = [text('CONSOLE_OIDC_ISSUER'), text('CONSOLE_OIDC_CLIENT_ID')];
  const [scope, params] = [scopeOf(text('CONSOLE_OIDC_SCOPE')), paramsOf(env)];
  if (issuer === undefined && clientId === undefined) return null;
  if (issuer === undefined) throw wrong('CONSOLE_OIDC_ISSUER', 'must be set together with CONSOLE_OIDC_CLIENT_ID');
  demandIssuer(issuer);
  if (clientId === undefined) throw wrong('CONSOLE_OIDC_CLIENT_ID', 'must be set together with CONSOLE_OIDC_ISSUER');
  return { issuer, client_id: clientId, scope, params };
}

/** Only this machine may give out tokens: the page sends the one-time code to this origin. */
function localOf(env: object): string | null {
  const local = readText(env, 'CONSOLE_LOCAL')?.trim();
  if (local === undefined || local === '') return null;
  const url = URL.canParse(local) ? new URL(local) : null;
  if (url === null || url.protocol !== 'http:' || !isLoopback(url.hostname) || url.origin !== local) {
    throw wrong('CONSOLE_LOCAL', 'must be an http origin of this machine, such as http://127.0.0.1:8789');
  }
  return local;
}

/** OpenID Connect Discovery section 3. */
function demandIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const isPlain = url !== null && !/[?#]/.test(issuer) && url.username === '' && url.password === '';
  if (url === null || !isPlain || !isProviderUrl(url)) {
    throw wrong('CONSOLE_OIDC_ISSUER', 'must be an https URL without query, fragment and user');
  }
}

/**
 * Whether the console may send requests to a URL of the provider: https or on this machine, with a host that can be
 * part of a policy.
 */
export function isProviderUrl(url: URL): boolean {
  return isSecureUrl(url) && /^[a-z\d.:[\]-]+$/.test(url.host);
}

/** RFC 6749 section 3.3. Without `openid` there is no sign-in (OpenID Connect Core section 3.1.2.1). */
function scopeOf(scope = USUAL_SCOPE): string {
  if (!/^[!#-[\]-~]+(?: +[!#-[\]-~]+)*$/.test(scope) || !scope.split(' ').includes('openid')) {
    throw wrong('CONSOLE_OIDC_SCOPE', 'must be a space-separated list of scopes that includes openid');
  }
  return scope;
}

function paramsOf(env: object): Record<string, string> {
  const name = 'CONSOLE_OIDC_PARAMS';
  const given = (env as Readonly<Record<string, unknown>>)[name];
  if (given === undefined || given === '') return {};
  const params = typeof given === 'string' ? jsonOf(given) : given;
  if (!isObject(params) || !Object.values(params).every((value) => typeof value === 'string')) {
    throw wrong(name, 'must be a JSON object of texts, such as {"audience": "https://freshet.example.com"}');
  }
  const reserved = Object.keys(params).find((param) => RESERVED.has(param));
  if (reserved !== undefined) throw wrong(name, `must not have ${reserved}, which the console sets itself`);
  return params as Record<string, string>;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(name: string, what: string): Problem {
  return new Problem('misconfigured', `The setting ${name} ${what}.`);
}
