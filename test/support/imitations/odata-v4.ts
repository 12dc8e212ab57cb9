/** SAP S/4HANA, OData v4: `value`, a count as a number, relative links that keep the request's options. */

import { type Imitation, type Item, numberIn, pageOf, unknown } from './imitation.ts';

const SET = '/sap/opu/odata4/sap/api_product/srvd_a2x/sap/product/0002/Product';

export const odataV4: Imitation = {
  login: { kind: 'basic' },
  hasLinks: true,
  answer({ path, query, headers }, { host, items }) {
    if (path !== SET) return unknown(path);
    if (query.get('$orderby') !== 'Product' || query.get('$count') !== 'true') return unknown(query.toString());
    if (headers.prefer !== 'odata.maxpagesize=1000') return unknown('how large pages are');
    const { page, next } = pageOf(items, numberIn(query, '$skiptoken'));
    const more = new URLSearchParams(query);
    more.set('$skiptoken', String(next));
    // Relative, unless the system refers to another host.
    const set = host.includes('elsewhere') ? `${host}${path}` : 'Product';
    return {
      headers: { 'Content-Type': 'application/json;odata.metadata=minimal;charset=utf-8', 'OData-Version': '4.0' },
      body: {
        '@odata.context': '$metadata#Product',
        '@odata.metadataEtag': 'W/"20260102"',
        '@odata.count': items.length,
        value: page.map(rowOf),
        ...(next === null ? {} : { '@odata.nextLink': `${set}?${more}` }),
      },
    };
  },
  failure: (status) => ({
    status,
    body: {
      error: { code: '/IWBEP/CM_V4/010', message: 'An internal error occurred', '@SAP__core.ExceptionCategory': 'x' },
    },
  }),
};

function rowOf({ id, name, price, changed }: Item) {
  return {
    '@odata.etag': 'W/"1"',
    Product: `P${id}`,
    ProductOldID: name,
    NetWeight: Number(price),
    LastChangeDateTime: changed,
  };
}
