/** Headers that hold browsers back (CONTRACT 6). */

import { secureHeaders } from 'hono/secure-headers';
import { factory } from './factory.ts';

const HEADERS = {
  xFrameOptions: 'SAMEORIGIN',
  crossOriginResourcePolicy: 'cross-origin',
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const;

const overTls = secureHeaders(HEADERS);
const inTheClear = secureHeaders({ ...HEADERS, strictTransportSecurity: false });

/** Sets them on every answer; `Strict-Transport-Security` only on those over TLS (RFC 6797 section 7.2). */
export const secured = factory.createMiddleware(function secured(c, next) {
  return c.req.url.startsWith('https:') ? overTls(c, next) : inTheClear(c, next);
});
