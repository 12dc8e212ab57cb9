/** Headers of every answer (CONTRACT 6): limits for browsers, and which headers scripts of other sites may read. */

import type { Context } from 'hono';
import { EXPOSED_HEADERS } from './cross-origin.ts';
import type { AppEnv } from './factory.ts';

/** In addition to `Content-Security-Policy`, which each path sets itself. */
const HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'cross-origin'],
] as const;

/** Half a year (RFC 6797 section 6.1). Without `includeSubDomains`: subdomains belong to other services. */
const OVER_TLS = 'max-age=15552000';

/** Sets the headers on the existing answer. If they were set earlier, Hono would create an answer only for them. */
export function setAnswerHeaders(c: Context<AppEnv>): void {
  // An answer that opens a socket needs no protection, and belongs to the hub.
  if (c.res.status === 101) return;
  const { headers } = c.res;
  for (const [name, value] of HEADERS) headers.set(name, value);
  // RFC 6797 section 7.2: never over plain HTTP.
  if (c.req.url.startsWith('https:')) headers.set('Strict-Transport-Security', OVER_TLS);
  // Each path's `methods` answers OPTIONS, and knows what to allow.
  if (c.req.method === 'OPTIONS') return;
  headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}
