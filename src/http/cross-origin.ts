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

/** Answers OPTIONS with 204, before which `Allow` must be set (methods.ts). Other answers: answer-headers.ts. */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: (_origin, c: Context<AppEnv>) => c.get('allow').split(', '),
  allowHeaders: ALLOWED,
  exposeHeaders: EXPOSED,
  maxAge: 86_400,
});
