/** Data API builder in front of a SQL Server: pages by key, links with the internal host. */

import { type Imitation, type Item, PAGE_ROWS, unknown } from './imitation.ts';

export const dataApiBuilder: Imitation = {
  login: { kind: 'bearer' },
  hasLinks: true,
  answer({ path, query }, { host, items }) {
    if (path !== '/api/Stock') return unknown(path);
    const after = Number(JSON.parse(atob(query.get('$after') ?? '') || '{"id":-1}').id);
    const rest = items.filter(({ id }) => id > after);
    const page = rest.slice(0, PAGE_ROWS);
    const inner = new URL(`http://dab.internal:5000${new URL(host).pathname}${path}`);
    for (const [name, value] of query) inner.searchParams.set(name, value);
    inner.searchParams.set('$after', btoa(JSON.stringify({ id: page.at(-1)?.id })));
    return { body: { value: page.map(rowOf), ...(page.length < rest.length ? { nextLink: inner.href } : {}) } };
  },
  failure: (status) => ({
    status,
    body: { error: { code: 'DatabaseOperationFailed', message: 'An error occurred', status } },
  }),
};

function rowOf({ id, name, price, changed }: Item) {
  return { id, name, price: Number(price), changed_at: changed.replace('Z', '') };
}
