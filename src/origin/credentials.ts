/** What lets us in at a source (CONTRACT 4 "Sources"): put into each request to it, next pages and retries alike, and into no other. */

import { LoadFailure } from '../contract/problem.ts';
import type { BasicAuth, SourceAuth } from '../contract/source.ts';
import { type OriginAccess, type OriginRequest, secretOf } from './build-request.ts';
import { secretNameOf } from './check-webhook.ts';
import { withParameter } from './query-parameter.ts';

/** The request with what lets us in. @throws LoadFailure `misconfigured` for a secret that is missing or may not go there */
export type Authorize = (request: OriginRequest) => Promise<OriginRequest>;

/** A header of the resource itself goes before that of its source. */
export function authorizeBy({ basic, query = {} }: SourceAuth, access: OriginAccess): Authorize {
  return async (request) => {
    const headers = new Headers(request.headers);
    if (basic !== undefined && !headers.has('Authorization')) {
      headers.set('Authorization', basicCredentials(basic, request.url, access));
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

/** RFC 7617, with UTF-8 for what is not ASCII. */
function basicCredentials({ user: given, password: placeholder }: BasicAuth, url: URL, access: OriginAccess): string {
  const user = given.startsWith('${') ? secretOf(secretNameOf(given), url, access) : given;
  if (user.includes(':')) throw new LoadFailure('misconfigured', 'The user name of the source holds a colon.');
  const password = secretOf(secretNameOf(placeholder), url, access);
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const encoded = btoa(String.fromCharCode(...bytes));
  access.note?.(encoded);
  return `Basic ${encoded}`;
}
