/** What systems of Microsoft have in common: tokens of Entra, OData v4 with keys instead of positions, delta links. */

import type { Answered, Asked, Item, Login, World } from './imitation.ts';
import { PAGE_ROWS } from './imitation.ts';

/** The token endpoint of Entra ID, for a scope `…/.default`. */
export const ENTRA: Login = {
  kind: 'oauth',
  path: '/contoso.onmicrosoft.com/oauth2/v2.0/token',
  by: 'post',
  scope: /\/\.default$/,
  answer: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 },
};

/** How one of them writes changes. */
export interface DeltaForm {
  /** Names of the parameters in its links. */
  after: string;
  delta: string;
  row(item: Item): object;
  removed(item: Item): object;
}

/** A page of all rows, or of the changes since a delta link; 410 if the link has expired. */
export function deltaAnswer({ path, query }: Asked, world: World, form: DeltaForm): Answered {
  const moment = query.get(form.delta);
  const changes = moment === null ? null : world.since(moment);
  if (moment !== null && changes === null) return gone(world.host + path);
  const all = [
    ...(changes?.changed ?? world.items).map((item) => ({ id: item.id, row: form.row(item) })),
    ...(changes?.removed ?? []).map((item) => ({ id: item.id, row: form.removed(item) })),
  ].toSorted((one, other) => one.id - other.id);
  const rest = all.filter(({ id }) => id > Number(query.get(form.after) ?? -1));
  const page = rest.slice(0, PAGE_ROWS);
  const isLast = page.length === rest.length;
  const link = (values: Record<string, string>) => {
    const url = new URL(world.host + path);
    for (const [name, value] of [...query, ...Object.entries(values)]) url.searchParams.set(name, value);
    return url.href;
  };
  const end: Record<string, string> = isLast
    ? { '@odata.deltaLink': `${world.host}${path}?${new URLSearchParams({ [form.delta]: world.moment })}` }
    : { '@odata.nextLink': link({ [form.after]: String(page.at(-1)?.id) }) };
  return { body: { '@odata.context': `${world.host}/$metadata#rows`, ...end, value: page.map(({ row }) => row) } };
}

/** The address in it must not be followed. */
function gone(url: string): Answered {
  return {
    status: 410,
    headers: { Location: `${url}?resync` },
    body: { error: { code: 'syncStateNotFound', message: 'The sync state generation is not found' } },
  };
}

export function microsoftFailure(status: number): Answered {
  return {
    status,
    body: { error: { code: 'UnknownError', message: 'An error has occurred', innerError: { date: '2026-01-02' } } },
  };
}
