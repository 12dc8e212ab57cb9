/** What lets us in at a source (CONTRACT 4 "Sources"): put into each request to it, next pages and retries alike, and into no other. */

import type { OAuth2 } from '../contract/oauth.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { BasicAuth, SourceAuth } from '../contract/source.ts';
import { type OriginAccess, type OriginRequest, secretOf } from './build-request.ts';
import { secretNameOf } from './check-webhook.ts';
import type { SourceToken } from './oauth/source-token.ts';
import { withParameter } from './query-parameter.ts';

/**
 * The request with what lets us in.
 *
 * @param signal ends a wait for a token
 * @throws LoadFailure `misconfigured` for a secret that is missing or may not go there; `origin-auth` where no token is given
 */
export type Authorize = (request: OriginRequest, signal: AbortSignal) => Promise<OriginRequest>;

/** A header of the resource itself goes before that of its source. */
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

/** The header that a token goes in: its name, and what it says with one. */
export function tokenHeader({ header }: Pick<OAuth2, 'header'>): { name: string; valueWith(token: string): string } {
  const [, name = header, scheme = ''] = /^([^:]*):\s*(.*?)\s*$/.exec(header) ?? [];
  return { name, valueWith: (token) => (scheme === '' ? token : `${scheme} ${token}`) };
}

/** RFC 7617, with UTF-8 for what is not ASCII. */
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
