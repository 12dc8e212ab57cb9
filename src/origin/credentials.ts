/**
 * Credentials of a source (CONTRACT 4 "Sources"): added to each request to it, including next pages and retries, and to
 * no other host.
 */

import type { OAuth2 } from '../contract/oauth.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { BasicAuth, SourceAuth } from '../contract/source.ts';
import { type OriginAccess, type OriginRequest, secretOf } from './build-request.ts';
import { secretNameOf } from './check-webhook.ts';
import type { SourceToken } from './oauth/source-token.ts';
import { withParameter } from './query-parameter.ts';

/**
 * Adds the credentials to a request.
 *
 * @param signal aborts the wait for a token
 * @throws LoadFailure `misconfigured` for a secret that is missing or not allowed there; `origin-auth` if the provider
 * gives no token
 */
export type Authorize = (request: OriginRequest, signal: AbortSignal) => Promise<OriginRequest>;

/** A header of the resource takes precedence over that of its source. */
export function authorizeBy(
  { basic, oauth2, query = {} }: SourceAuth,
  access: OriginAccess,
  token: SourceToken | null = null,
): Authorize {
  return async (request, signal) => {
    const headers = new Headers(request.headers);
    if (basic !== undefined && !headers.has('Authorization')) {
      headers.set('Authorization', basicCredentials(basic, request.url, access));
    }
    const place = oauth2 === undefined ? null : tokenHeader(oauth2);
    if (place !== null && token !== null && !headers.has(place.name)) {
      headers.set(place.name, place.valueWith(await token.value(signal)));
    }
    let { url } = request;
    for (const [name, placeholder] of Object.entries(query)) {
      const value = secretOf(secretNameOf(placeholder), request.url, access);
      access.note?.(encodeURIComponent(value));
      url = withParameter(url, name, value);
    }
    return { ...request, url, headers };
  };
}

/** The header for a token: its name, and its value with a token. */
export function tokenHeader({ header }: Pick<OAuth2, 'header'>): { name: string; valueWith(token: string): string } {
  const [, name = header, scheme = ''] = /^([^:]*):\s*(.*?)\s*$/.exec(header) ?? [];
  return { name, valueWith: (token) => (scheme === '' ? token : `${scheme} ${token}`) };
}

/** RFC 7617, with UTF-8 for non-ASCII characters. */
function basicCredentials({ user: given, password: placeholder }: BasicAuth, url: URL, access: OriginAccess): string {
  const user = given.startsWith('${') ? secretOf(secretNameOf(given), url, access) : given;
  if (user.includes(':'))
    throw new LoadFailure(
      'misconfigured',
      'The user name of the source (auth.basic) holds a colon, which basic authentication cannot send.',
    );
  const password = secretOf(secretNameOf(placeholder), url, access);
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const encoded = btoa(String.fromCharCode(...bytes));
  access.note?.(encoded);
  return `Basic ${encoded}`;
}
