/** CORS (CONTRACT 6): any origin, never credentials, for identity is a header and not a cookie. */

import type { Context } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from './factory.ts';

const EXPOSED = [
  'ETag',
  'Allow',
  'Content-Version',
  'Cache-Hash-Value',
  'Link',
  'Location',
  'Retry-After',
  'Preference-Applied',
  'Cache-Status',
  'Age',
  'Expires',
  'Content-Range',
  'WWW-Authenticate',
  'X-Request-Id',
];

/** What scripts of other sites may read of an answer. */
export const EXPOSED_HEADERS = EXPOSED.join(',');

/** Methods that a preflight of an unknown path is told: its request must get through to be answered 404. */
const ALL_METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';

/**
 * Answers OPTIONS with 204, before which `Allow` must be set (methods.ts). Other answers: answer-headers.ts. Any header that is
 * asked for may be sent: there are no credentials to guard, and what tracing adds must not shut a page out.
 */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: (_origin, c: Context<AppEnv>) => (c.get('allow') ?? ALL_METHODS).split(', '),
  exposeHeaders: EXPOSED,
  maxAge: 86_400,
});

/** Whether a browser asks by this request what it may send (Fetch, "CORS-preflight request"). */
export function isPreflight(c: Context<AppEnv>): boolean {
  return c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined;
}
