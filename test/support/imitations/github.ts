/** GitHub: a plain array, and a `Link` header with another path than the request's. */

import { type Imitation, type Item, numberIn, PAGE_ROWS, pageOf, unknown } from './imitation.ts';

export const github: Imitation = {
  login: { kind: 'bearer' },
  hasLinks: true,
  answer({ path, query, headers }, { host, items }) {
    if (!['/repos/acme/stock/issues', '/repositories/1300192/issues'].includes(path)) return unknown(path);
    if (!headers['user-agent'] || headers['x-github-api-version'] !== '2022-11-28') return { status: 403, body: {} };
    const at = Math.max(numberIn(query, 'page'), 1);
    const { page, next } = pageOf(items, (at - 1) * PAGE_ROWS);
    const link = (number: number, rel: string) => {
      const url = new URL(`${host}/repositories/1300192/issues`);
      for (const [name, value] of query) url.searchParams.set(name, value);
      url.searchParams.set('page', String(number));
      return `<${url.href}>; rel="${rel}"`;
    };
    const links = [
      ...(at > 1 ? [link(at - 1, 'prev')] : []),
      ...(next === null ? [] : [link(at + 1, 'next'), link(3, 'last')]),
    ];
    return { headers: { Link: links.join(', ') }, body: page.map(rowOf) };
  },
  failure: (status) => ({
    status,
    body: {
      message: 'You have exceeded a secondary rate limit',
      documentation_url: 'https://docs.github.com/',
      status: String(status),
    },
  }),
};

function rowOf({ id, name, price, changed }: Item) {
  return { id: 1_000_000 + id, number: id, title: name, user: { login: `price-${price}` }, updated_at: changed };
}
