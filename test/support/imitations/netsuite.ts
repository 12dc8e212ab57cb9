/** NetSuite, SuiteQL: a query in the body, `offset` and `limit` in the URL (`offset` must be a multiple), all values texts, no nulls. */

import { type Imitation, type Item, numberIn, pageOf, unknown } from './imitation.ts';

const TOKEN = '/services/rest/auth/oauth2/v1/token';
const SUITEQL = '/services/rest/query/v1/suiteql';
const HOUR_MS = 3_600_000;

export const netsuite: Imitation = {
  login: {
    kind: 'oauth',
    path: TOKEN,
    by: 'private_key_jwt',
    scope: /^rest_webservices$/,
    answer: { token_type: 'bearer', expires_in: '3600' },
  },
  hasLinks: false,
  answer({ method, path, query, headers, body }, { items, host }) {
    if (method !== 'POST' || path !== SUITEQL) return unknown(path);
    if (headers.prefer !== 'transient') return netsuite.failure(400);
    const { q = '' } = JSON.parse(body) as { q?: string };
    if (!/^SELECT .* FROM item .* ORDER BY id$/.test(q)) return unknown(q);
    const [offset, limit] = [numberIn(query, 'offset'), numberIn(query, 'limit')];
    if (limit < 1 || limit > 1000 || offset % limit !== 0) return netsuite.failure(400);
    const { page, next } = pageOf(items, offset, limit);
    return {
      headers: { 'Content-Type': 'application/vnd.oracle.resource+json; type=collection' },
      body: {
        links: [{ rel: 'self', href: `${host}${path}?limit=${limit}&offset=${offset}` }],
        count: page.length,
        hasMore: next !== null,
        items: page.map(rowOf),
        offset,
        totalResults: items.length,
      },
    };
  },
  failure: (status) => ({
    status,
    headers: { 'Content-Type': 'application/vnd.oracle.resource+json; type=error; charset=UTF-8' },
    body: {
      type: 'https://www.rfc-editor.org/rfc/rfc9110.html',
      title: 'Too Many Requests',
      status,
      'o:errorDetails': [{ detail: 'Concurrent request limit exceeded.', 'o:errorCode': 'CONCURRENCY_LIMIT_EXCEEDED' }],
    },
  }),
};

/** In the account's zone, Los Angeles. */
function rowOf({ id, name, price, changed }: Item) {
  const local = new Date(Date.parse(changed) - 8 * HOUR_MS).toISOString();
  return { links: [], id: String(id), itemid: name, price, changed: local.slice(0, 19).replace('T', ' ') };
}
