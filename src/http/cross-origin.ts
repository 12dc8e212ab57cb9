/** CORS (CONTRACT 6): any origin, never credentials, for identity is a header and not a cookie. */

import type { Context } from 'hono';
import { cors } from 'hono/cors';
import { type AppEnv, factory } from './factory.ts';

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

const ALLOWED = [
  'Authorization',
  'Content-Type',
  'If-None-Match',
  'If-Match',
  'If-Range',
  'Range',
  'Prefer',
  'Cache-Control',
  'Last-Event-ID',
  'X-Delta',
  'X-Device-Id',
  'X-Request-Id',
];

/** Sets the CORS headers of an answer and answers OPTIONS with 204; `Allow` must be set before (methods.ts). */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: (_origin, c: Context<AppEnv>) => c.get('allow').split(', '),
  allowHeaders: ALLOWED,
  exposeHeaders: EXPOSED,
  maxAge: 86_400,
});

/**
 * Sets the CORS headers of every answer, once there is one: set before, Hono would make an answer for them alone and then
 * each header of the real one twice. OPTIONS is answered by each path's `methods`, which knows what to allow.
 */
export const crossOriginAnswers = factory.createMiddleware(async function crossOriginAnswers(c, next) {
  await next();
  if (c.req.method !== 'OPTIONS') await crossOrigin(c, NOTHING_MORE);
});

const NOTHING_MORE = async () => {};
