/**
 * The methods of a path: sets `Allow` on every answer, answers OPTIONS, and answers other methods with 405 (RFC 9110
 * sections 10.2.1, 15.5.6).
 */

import { Problem } from '../contract/problem.ts';
import { withoutCacheBusters } from '../core/cache-buster.ts';
import { crossOrigin } from './cross-origin.ts';
import { factory } from './factory.ts';
import { demandReadableQuery, limitBody } from './input.ts';

/**
 * QUERY (RFC 10008) is answered if it arrives, but not listed in `Allow`: few HTTP stacks and proxies support it yet.
 */
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'QUERY';

/**
 * First middleware of a path. `allowed` is in the order of `Allow`, HEAD and OPTIONS included. Needs no identity.
 * Also checks here that the query is readable and that the body is not too large, so that those refusals have `Allow`
 * as well.
 *
 * @example app.use('/cache/refresh', methods('POST', 'OPTIONS'), protect('cache:refresh'));
 */
export function methods(...allowed: Method[]) {
  const allow = allowed.filter((method) => method !== 'QUERY').join(', ');
  const known: ReadonlySet<string> = new Set(allowed);
  return factory.createMiddleware(async function methods(c, next) {
    c.set('allow', allow);
    c.header('Allow', allow);
    if (c.req.method === 'OPTIONS') return crossOrigin(c, next);
    if (!known.has(c.req.method)) {
      throw new Problem('method-not-allowed', `This path answers ${allow}.`, { headers: { Allow: allow } });
    }
    const url = withoutCacheBusters(c.req.url);
    if (url !== c.req.url) c.req.raw = new Request(url, c.req.raw);
    demandReadableQuery(c);
    return limitBody(c, next);
  });
}
