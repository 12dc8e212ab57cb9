/** Checks of a definition's `origin` that need no request (CONTRACT 4). */

import { API_BASE } from '../contract/constants.ts';
import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { Source } from '../contract/source.ts';
import { pointerTo } from '../core/pointer.ts';
import { addressFaults } from '../core/source-address.ts';
import { hostRefusal, isTrusted } from './hosts.ts';
import { isTemplate, templateVariables } from './template-pieces.ts';
import { literalOrigin } from './url-template.ts';

/** The variable for the user name in URLs and header values (scope `user`). */
export const USER_VARIABLE = '_user';
/** Placeholders in a header value: `${ORIGIN_NAME}` or `{_user}`. Group 1 is the name of a secret. */
export const HEADER_PLACEHOLDER = /\$\{([^}]*)\}|\{_user\}/g;

/** The fault of a definition whose source does not exist. */
export const NO_SOURCE = `names a source that does not exist: PUT ${API_BASE}/sources/<name>/ creates it`;

// RFC 9110 section 5.6.2.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const SECRET = /^ORIGIN_[A-Za-z0-9_]+$/;
const NOT_SECRET = new Set(['ORIGIN_HOSTS', 'ORIGIN_PORT']);
// Hop-by-hop fields (RFC 9110 section 7.6.1) and those that the request sets itself.
const RESERVED_HEADERS = new Set(
  `connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade
   expect host content-length range if-range if-match if-none-match if-modified-since if-unmodified-since`.split(/\s+/),
);

/**
 * All faults of `origin`, with pointers from the definition's root. `hosts`: ORIGIN_HOSTS; `parameterNames`: the names
 * that the schema of the parameters has, null if it allows any; `source`: the named source, null if it does not exist.
 */
export function checkOrigin(
  origin: Resource['origin'],
  scope: Resource['scope'],
  hosts: readonly string[],
  parameterNames: readonly string[] | null,
  source: Source | null = null,
): InputFault[] {
  if (origin.source !== undefined) return faultsOverSource(origin, scope, hosts, parameterNames, source);
  const url = literalOrigin(origin.url);
  return [
    ...urlFaults(origin.url, url, scope, hosts, parameterNames).map((detail) => ({ pointer: '/origin/url', detail })),
    ...headerFaults(origin.headers, scope, url !== null && isTrusted(url, hosts)),
  ];
}

function faultsOverSource(
  { url: template, headers }: Resource['origin'],
  scope: Resource['scope'],
  hosts: readonly string[],
  parameterNames: readonly string[] | null,
  source: Source | null,
): InputFault[] {
  if (source === null) return [{ pointer: '/origin/source', detail: NO_SOURCE }];
  if (source.url === undefined) {
    const detail = 'must be left out: the source is a database';
    return template === '' ? [] : [{ pointer: '/origin/url', detail }];
  }
  const url = new URL(source.url);
  const faults = [
    ...textFaults(template),
    ...addressFaults(template),
    ...variableFaults(template, scope, parameterNames),
  ];
  return [
    ...faults.map((detail) => ({ pointer: '/origin/url', detail })),
    ...headerFaults(headers, scope, isTrusted(url, hosts)),
  ];
}

function* urlFaults(
  template: string,
  url: URL | null,
  scope: Resource['scope'],
  hosts: readonly string[],
  parameterNames: readonly string[] | null,
): Generator<string> {
  if (template === '') {
    yield 'is required, unless origin.source is set';
    return;
  }
  yield* textFaults(template);
  if (url === null)
    yield 'must begin with a literal scheme, host and port, without userinfo, such as https://erp.example.com/';
  const refusal = url === null ? null : hostRefusal(url, hosts);
  if (refusal !== null) yield refusal;
  yield* variableFaults(template, scope, parameterNames);
}

function* textFaults(template: string): Generator<string> {
  // The URL parser would remove or convert these silently.
  if (/[\s\\]/.test(template) || hasControl(template)) yield 'must not hold spaces, control characters or backslashes';
  if (!isTemplate(template)) yield 'must be a URL template (RFC 6570): a brace belongs to no expression';
}

function* variableFaults(
  template: string,
  scope: Resource['scope'],
  parameterNames: readonly string[] | null,
): Generator<string> {
  for (const name of templateVariables(template)) {
    if (name === USER_VARIABLE) {
      if (scope !== 'user') yield 'may use {_user} with scope "user" only';
    } else if (parameterNames !== null && !parameterNames.includes(name)) {
      yield `uses "${name}", which is not a parameter`;
    }
  }
}

/** All faults of headers, with pointers below `base`; `trusted`: their host may receive secrets. */
export function headerFaults(
  headers: Record<string, string>,
  scope: Resource['scope'],
  trusted: boolean,
  base = '/origin/headers',
): InputFault[] {
  const seen = new Set<string>();
  return Object.entries(headers).flatMap(([name, value]) => {
    const faults: string[] = [];
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) faults.push('is not a header name (RFC 9110)');
    if (RESERVED_HEADERS.has(lower)) faults.push('is set by Freshet itself');
    if (seen.has(lower)) faults.push('is repeated');
    seen.add(lower);
    if (hasControl(value)) faults.push('must not hold control characters');
    for (const [placeholder, secret] of value.matchAll(HEADER_PLACEHOLDER)) {
      if (secret === undefined) {
        if (scope !== 'user') faults.push(`may use ${placeholder} with scope "user" only`);
      } else if (!isSecretName(secret)) {
        faults.push('may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT');
      } else if (!trusted) {
        faults.push('uses a secret, so ORIGIN_HOSTS must name the host of the URL');
      }
    }
    return faults.map((detail) => ({ pointer: pointerTo(base, name), detail }));
  });
}

/** Whether a header value may use the secret of that name. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !NOT_SECRET.has(name);
}

/** Whether a text has characters that are not allowed in header values and URLs. */
export function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
