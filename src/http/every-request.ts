/**
 * Middleware for every request: sets the request's id, which is in its answer and in each of its log lines, sets the
 * headers of every answer, and counts figures. All in one middleware, because each one adds a hundredth to the cost of
 * a short request.
 */

import type { Context } from 'hono';
import { requestId } from 'hono/request-id';
import { HEADER } from '../contract/constants.ts';
import { withLogFields } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { EXPOSED_HEADERS } from './cross-origin.ts';
import { type AppEnv, factory } from './factory.ts';
import { countRequest } from './request-figures.ts';

const named = requestId({ headerName: HEADER.requestId });

/** Outermost middleware: it sees the answer that the client gets. */
export function everyRequest(metricsOf: (env: Env) => Metrics) {
  return factory.createMiddleware(async function everyRequest(c, next) {
    const startedAt = Date.now();
    await named(c, () => withLogFields({ request_id: c.get('requestId') }, next));
    setAnswerHeaders(c);
    countRequest(c, startedAt, metricsOf);
  });
}

/** Limits for browsers (CONTRACT 6), in addition to `Content-Security-Policy`, which each path sets itself. */
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
function setAnswerHeaders(c: Context<AppEnv>): void {
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
