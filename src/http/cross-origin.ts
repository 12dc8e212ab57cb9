/** CORS (CONTRACT 6): any origin is allowed, but never credentials. Identity comes from a header, not from a cookie. */

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

/** Headers of an answer that scripts of other sites may read. */
export const EXPOSED_HEADERS = EXPOSED.join(',');

/**
 * Methods that a preflight for an unknown path gets, so that the actual request reaches the service and is answered
 * 404.
 */
const ALL_METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';

/**
 * Answers OPTIONS with 204; `Allow` must be set before (methods.ts). For other answers see every-request.ts. Allows
 * every requested header: there are no credentials to protect, and a header added by tracing must not lock a page out.
 */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: (_origin, c: Context<AppEnv>) => (c.get('allow') ?? ALL_METHODS).split(', '),
  exposeHeaders: EXPOSED,
  maxAge: 86_400,
});

/** Whether a request is a browser's preflight (Fetch, "CORS-preflight request"). */
export function isPreflight(c: Context<AppEnv>): boolean {
  return c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined;
}
