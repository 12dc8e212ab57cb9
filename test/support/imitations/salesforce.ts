/** Salesforce, a SOQL query: the first page has a path with a locator of the result; tokens do not say when they expire. */

import { type Answered, type Imitation, type Item, pageOf, unknown } from './imitation.ts';

const API = '/services/data/v62.0';

export const salesforce: Imitation = {
  login: {
    kind: 'oauth',
    path: '/services/oauth2/token',
    by: 'post',
    answer: { token_type: 'Bearer', instance_url: 'https://acme.my.salesforce.com', issued_at: '1767340800000' },
  },
  hasLinks: true,
  answer({ path, query }, { host, items, itemsAtFirst }): Answered {
    const [, locator] = new RegExp(`^${API}/query/01gRO0000016PIAYA2-(\\d+)$`).exec(path) ?? [];
    if (locator === undefined && ![`${API}/query`, `${API}/queryAll`].includes(path)) return unknown(path);
    const soql = query.get('q') ?? '';
    if (locator === undefined && !/ FROM Product2 .*ORDER BY Id$/.test(soql)) return unknown(soql);
    const [, since] = /SystemModstamp >= ([^ ]+)/.exec(soql) ?? [];
    const found = locator === undefined ? items : itemsAtFirst;
    const rows = since === undefined ? found : found.filter(({ changed }) => changed >= since);
    const { page, next } = pageOf(rows, Number(locator ?? 0));
    // A path, unless the system refers to another host.
    const base = host.includes('elsewhere') ? host : new URL(host).pathname;
    return {
      body: {
        totalSize: rows.length,
        done: next === null,
        ...(next === null ? {} : { nextRecordsUrl: `${base}${API}/query/01gRO0000016PIAYA2-${next}` }),
        records: page.map(rowOf),
      },
    };
  },
  failure: (status) => ({
    status,
    body: [
      { message: 'Session expired or invalid', errorCode: status === 401 ? 'INVALID_SESSION_ID' : 'UNKNOWN_EXCEPTION' },
    ],
  }),
};

function rowOf({ id, name, price, changed }: Item) {
  const key = `01tRO000000000${id}YAA`;
  return {
    attributes: { type: 'Product2', url: `${API}/sobjects/Product2/${key}` },
    Id: key,
    Name: name,
    Price__c: Number(price),
    SystemModstamp: changed.replace('Z', '.000+0000'),
    IsDeleted: false,
  };
}
