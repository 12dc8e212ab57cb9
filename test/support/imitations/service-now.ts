/**
 * ServiceNow, Table API: a `Link` header with all relations, a count in another header, every value a text, UTC times
 * without a zone.
 */

import { type Imitation, type Item, numberIn, pageOf, unknown } from './imitation.ts';

const TABLE = '/api/now/table/alm_stockroom';

export const serviceNow: Imitation = {
  login: { kind: 'basic' },
  hasLinks: true,
  answer({ path, query }, { host, items }) {
    if (path !== TABLE) return unknown(path);
    if (!(query.get('sysparm_query') ?? '').endsWith('ORDERBYsys_id')) return unknown('an order');
    const { page, next } = pageOf(items, numberIn(query, 'sysparm_offset'));
    const link = (offset: number, rel: string) => {
      const url = new URL(host + path);
      for (const [name, value] of query) url.searchParams.set(name, value);
      url.searchParams.set('sysparm_offset', String(offset));
      return `<${url.href}>;rel="${rel}"`;
    };
    const links = [link(0, 'first'), ...(next === null ? [] : [link(next, 'next')]), link(items.length - 1, 'last')];
    return {
      headers: {
        'Content-Type': 'application/json;charset=UTF-8',
        'X-Total-Count': String(items.length),
        Link: links.join(','),
      },
      body: { result: page.map(rowOf) },
    };
  },
  // The rows that it found before its time was over come together with the error.
  failure: (status) => ({
    status,
    headers: { 'X-Total-Count': '5' },
    body: {
      result: [],
      error: { message: 'Transaction cancelled: maximum execution time exceeded', detail: 'Check logs' },
      status: 'failure',
    },
  }),
};

function rowOf({ id, name, price, changed }: Item) {
  return {
    sys_id: String(id).padStart(32, '0'),
    name,
    u_price: price,
    sys_updated_on: changed.replace('T', ' ').replace('Z', ''),
  };
}
