/** SAP Gateway, OData v2: `d`, `__next` with a skip token by position, a count as text, decimals as text, `/Date(…)/`. */

import { type Imitation, type Item, numberIn, pageOf, unknown } from './imitation.ts';

const SET = '/sap/opu/odata/sap/ZSTOCK_SRV/StockSet';

export const sapGateway: Imitation = {
  login: { kind: 'basic' },
  hasLinks: true,
  answer({ path, query, headers }, { host, items }) {
    if (path !== SET || query.get('$format') !== 'json') return unknown(path);
    if (headers['sap-client'] !== '100') return unknown('a client without its number');
    const filter = query.get('$filter') ?? '';
    if (!filter.startsWith("Plant eq '1000'")) return unknown(filter);
    // Without an order, two pages may contain the same row.
    if (query.get('$orderby') !== 'Id') return unknown('an order');
    const [, since] = /ChangedAt ge datetime'([^']+)'/.exec(filter) ?? [];
    const rows = since === undefined ? items : items.filter(({ changed }) => changed >= `${since}Z`);
    const { page, next } = pageOf(rows, numberIn(query, '$skiptoken'));
    const url = new URL(`${host}${path}`);
    for (const [name, value] of query) url.searchParams.set(name, value);
    if (next !== null) url.searchParams.set('$skiptoken', String(next));
    return {
      headers: { dataserviceversion: '2.0' },
      body: {
        d: {
          ...(query.get('$inlinecount') === 'allpages' ? { __count: String(rows.length) } : {}),
          results: page.map((item) => rowOf(item, host)),
          ...(next === null ? {} : { __next: url.href }),
        },
      },
    };
  },
  failure: (status) => ({
    status,
    body: { error: { code: 'SY/530', message: { lang: 'en', value: 'Short dump' }, innererror: {} } },
  }),
};

function rowOf({ id, name, price, changed }: Item, host: string) {
  return {
    __metadata: { id: `${host}${SET}('${id}')`, uri: `${host}${SET}('${id}')`, type: 'ZSTOCK_SRV.Stock' },
    Id: String(id).padStart(10, '0'),
    Name: name,
    Price: price,
    ChangedAt: `/Date(${Date.parse(changed)})/`,
    Deleted: false,
  };
}
