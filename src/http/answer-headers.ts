/** Headers of every answer (CONTRACT 6): what holds browsers back, and what other sites' scripts may read. */

import type { Context } from 'hono';
import { EXPOSED_HEADERS } from './cross-origin.ts';
import type { AppEnv } from './factory.ts';

/** Beside `Content-Security-Policy`, which is each path's own. */
const HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'cross-origin'],
] as const;

/** Half a year (RFC 6797 section 6.1). Other services on subdomains are none of ours: they decide for themselves. */
const OVER_TLS = 'max-age=15552000';

/** Sets them on the answer that there is; set before, Hono would make an answer for them alone. */
export function setAnswerHeaders(c: Context<AppEnv>): void {
  // What opens a socket has no answer to guard, and belongs to the hub.
  if (c.res.status === 101) return;
  const { headers } = c.res;
  for (const [name, value] of HEADERS) headers.set(name, value);
  // RFC 6797 section 7.2: on no answer in the clear.
  if (c.req.url.startsWith('https:')) headers.set('Strict-Transport-Security', OVER_TLS);
  // OPTIONS is answered by each path's `methods`, which knows what to allow.
  if (c.req.method === 'OPTIONS') return;
  headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}
