/** The request of one load: the definition's template, filled with the values of the cache (CONTRACT 4). */

import { LoadFailure } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { CacheIdentity } from '../ports/entry.ts';
import { buildBody } from './body/build-body.ts';
import { HEADER_PLACEHOLDER, hasControl, isSecretName, USER_VARIABLE } from './check-origin.ts';
import { ACCEPTED_CODINGS } from './content-codings.ts';
import { hostRefusal, isTrusted } from './hosts.ts';
import { acceptedTypes } from './media-type.ts';
import { templateVariables } from './template-pieces.ts';
import { howToSet } from './unset-secrets.ts';
import type { Quote } from './url-template.ts';
import { expandTemplate, literalOrigin } from './url-template.ts';

/**
 * A path segment that leads upwards (`..`). Also matches forms that some servers read as one: percent-encoded, with
 * backslashes for slashes, or with path parameters, which they cut off (`..;`).
 */
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?=[/;]|%2f|%5c|%3b|$)/i;

/** A request to an origin. */
export interface OriginRequest {
  url: URL;
  method: 'GET' | 'POST';
  headers: Headers;
  /** The headers that do not come from the definition: the only ones that another host may receive. */
  ownHeaders: Headers;
  /** With POST: the definition's body, or the parameters that the template does not use, as JSON. */
  body: string | null;
  /** Whether the body comes from the definition; then it is not sent to another host. */
  isBodyDefined?: boolean;
  /** Names of the query parameters of `auth.query`. Each request gets them again, so links do not have to contain them. */
  keyNames?: readonly string[];
}

/** Secrets, and the hosts that may receive them. */
export interface SecretAccess {
  /** ORIGIN_HOSTS. */
  hosts: readonly string[];
  secret(name: string): string | undefined;
}

/** The parts of the service that building a request needs. */
export interface OriginAccess extends SecretAccess {
  /** Receives each value that was derived from secrets, which is also secret. */
  note?(value: string): void;
  /** All values noted so far. */
  sent?: readonly string[];
  /** Requests go through a binding of the account. */
  isPrivate?: boolean;
  /** As in OriginRequest. */
  keyNames?: readonly string[];
}

/**
 * The request that loads a cache.
 * @throws LoadFailure `misconfigured` for a host that is not allowed or a missing secret, `invalid-parameters` for
 * values that do not fit into the URL or a header
 */
export function buildRequest(resource: Resource, cache: CacheIdentity, access: OriginAccess): OriginRequest {
  const { origin } = resource;
  const url = buildUrl(origin, cache, access);
  const ownHeaders = new Headers({
    Accept: acceptedTypes(resource),
    'Accept-Encoding': ACCEPTED_CODINGS,
    'User-Agent': 'Freshet',
  });
  if (origin.method === 'POST') ownHeaders.set('Content-Type', 'application/json');
  const headers = new Headers(ownHeaders);
  for (const [name, value] of Object.entries(origin.headers)) {
    setHeader(headers, name, headerValue(name, value, url, cache.owner, access));
  }
  const asked = { url, headers, ownHeaders, ...(access.keyNames === undefined ? {} : { keyNames: access.keyNames }) };
  if (origin.method === 'GET') return { ...asked, method: 'GET', body: null };
  if (origin.body !== undefined) {
    const contentType = headers.get('Content-Type');
    const body = buildBody(origin.body, {
      values: valuesOf(cache),
      contentType,
      secret: (name) => secretOf(name, url, access),
    });
    return { ...asked, method: 'POST', body, isBodyDefined: true };
  }
  const used = new Set(templateVariables(origin.url));
  const rest = Object.entries(cache.parameters).filter(([name]) => !used.has(name));
  return { ...asked, method: 'POST', body: JSON.stringify(Object.fromEntries(rest)) };
}

function buildUrl(
  { url: template, quote }: Resource['origin'],
  cache: CacheIdentity,
  { hosts, isPrivate }: OriginAccess,
): URL {
  const text = expanded(template, valuesOf(cache), quote);
  const url = URL.canParse(text) ? new URL(text) : null;
  const literal = literalOrigin(template);
  // Values must not lead to another host, whatever the template looks like.
  if (url === null || literal === null || url.origin !== literal.origin || url.username !== '' || url.password !== '') {
    throw new LoadFailure(
      'invalid-parameters',
      'The parameters do not fit into the URL of the origin: with them, it leads to another host or is not a URL.',
    );
  }
  // RFC 6570 does not encode dots and the URL parser resolves `..`: a value could climb out of its place in the path.
  if (DOT_SEGMENT.test(text.slice(literal.protocol.length + 1).replace(/[?#].*$/s, ''))) {
    throw new LoadFailure('invalid-parameters', 'A parameter would be "." or ".." in the path of the origin.');
  }
  const refusal = hostRefusal(url, hosts, isPrivate);
  if (refusal !== null) throw misconfigured(`The URL of the origin at ${url.host} ${refusal}.`);
  url.hash = '';
  return url;
}

/** The values for templates: parameters by name, and the user as `_user`. */
export function valuesOf({ parameters, owner }: CacheIdentity): CacheIdentity['parameters'] {
  return owner === null ? parameters : { ...parameters, [USER_VARIABLE]: owner };
}

function expanded(template: string, values: CacheIdentity['parameters'], quote: Quote | undefined): string {
  try {
    return expandTemplate(template, values, quote);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new LoadFailure(
      'invalid-parameters',
      'A parameter holds half a character, or the URL of the origin cuts one in two.',
    );
  }
}

/** Readers learn that the definition or a setting is wrong; only administrators learn which. */
function misconfigured(adminDetail: string): LoadFailure {
  return new LoadFailure('misconfigured', 'The origin of this resource is not configured correctly.', {
    adminDetail,
  });
}

/** Replaces in one pass, so that a user named `${ORIGIN_…}` reads no secret. */
function headerValue(name: string, value: string, url: URL, owner: string | null, access: OriginAccess): string {
  return value.replace(HEADER_PLACEHOLDER, (_placeholder, secret: string | undefined) => {
    if (secret !== undefined) return secretValue(secret, url, access);
    // HTTP trims header values: the user name would become another.
    if (owner === null || hasControl(owner) || owner !== owner.trim()) {
      throw new LoadFailure('invalid-parameters', `The user name does not fit into the header ${name}.`);
    }
    return owner;
  });
}

/** A secret for a header to that host. @throws LoadFailure `misconfigured`, with names for administrators only */
export function secretValue(name: string, url: URL, access: SecretAccess): string {
  const value = secretOf(name, url, access);
  // The platform would send non-ASCII characters in a guessed encoding, and log the value.
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw misconfigured(`The secret ${name} must hold printable ASCII characters only.`);
  }
  return value;
}

/** A secret for that host; any characters are allowed. @throws LoadFailure `misconfigured`, as above */
export function secretOf(name: string, url: URL, access: SecretAccess): string {
  if (!isSecretName(name)) throw misconfigured('The definition of the origin names something that is not a secret.');
  if (!isTrusted(url, access.hosts)) {
    throw misconfigured(`${name} is not sent to ${url.host}: ORIGIN_HOSTS does not name it.`);
  }
  const value = access.secret(name);
  if (value === undefined) throw misconfigured(`The secret ${name} is not set. ${howToSet(name)}`);
  return value;
}

/** Hides the platform's own error, which contains the value. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new LoadFailure('misconfigured', `The value of the header ${name} cannot be sent.`);
  }
}
