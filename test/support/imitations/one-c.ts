/** 1C:Enterprise, standard OData (v3): pages only by position, which `$inlinecount` switches off; times without a zone. */

import { guid, type Imitation, type Item, numberIn, pageOf, unknown } from './imitation.ts';

const HOUR_MS = 3_600_000;

export const oneC: Imitation = {
  login: { kind: 'basic' },
  hasLinks: false,
  answer({ path, query }, { host, items }) {
    if (decodeURIComponent(path) !== '/trade/odata/standard.odata/Catalog_Номенклатура') return unknown(path);
    if (query.get('$format') !== 'json') return unknown('Atom');
    if (query.get('$orderby') !== 'Ref_Key') return unknown('an order');
    const isWhole = query.has('$inlinecount') || !query.has('$top');
    const { page } = pageOf(
      items,
      isWhole ? 0 : numberIn(query, '$skip'),
      isWhole ? items.length : numberIn(query, '$top'),
    );
    // It writes a byte order mark.
    const body = JSON.stringify({
      'odata.metadata': `${host}/trade/odata/standard.odata/$metadata#x`,
      value: page.map(rowOf),
    });
    return { headers: { 'Content-Type': 'application/json;charset=utf-8' }, body: `\uFEFF${body}` };
  },
  failure: (status) => ({
    status,
    body: { 'odata.error': { code: '-1', message: { lang: 'ru', value: 'Не обнаружено свободной лицензии' } } },
  }),
};

/** In Moscow's time. */
function rowOf({ id, name, price, changed }: Item) {
  const local = new Date(Date.parse(changed) + 3 * HOUR_MS).toISOString().slice(0, 19);
  return { Ref_Key: guid(id), Description: name, Цена: Number(price), ДатаИзменения: local };
}
