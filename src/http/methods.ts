/** Which methods a path has: `Allow` on every answer, OPTIONS for all, 405 for the rest (RFC 9110 sections 10.2.1, 15.5.6). */

import { Problem } from '../contract/problem.ts';
import { withoutCacheBusters } from '../core/cache-buster.ts';
import { crossOrigin } from './cross-origin.ts';
import { factory } from './factory.ts';
import { demandReadableQuery, limitBody } from './input.ts';

/** QUERY (RFC 10008) is answered where it arrives, and not shown in `Allow`: few stacks and proxies pass it on yet. */
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'QUERY';

/**
 * First middleware of a path; `allowed` in the order that `Allow` shows, HEAD and OPTIONS included. Needs no identity.
 * What it lets through has a query that can be read and a body of a fair size: checked here, so that those refusals, too,
 * carry `Allow`.
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
