/** The whole API by openapi-typescript and openapi-fetch. */

import createClient from 'openapi-fetch';
import type { paths } from './generated/openapi-fetch-api/schema.d.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION, BASE } from './settings.ts';

const client = createClient<paths>({
  baseUrl: BASE,
  headers: { Authorization: AUTHORIZATION },
  // Parameters of a resource are members of the query, as the document says; this client would else write `parameters[year]`.
  querySerializer: { object: { style: 'form', explode: true } },
});

const refresh = async () =>
  present(
    (
      await client.POST('/api/v1/cache/refresh/', {
        params: { header: { Prefer: WAIT } },
        body: { resource_title: 'cars', year: YEAR },
      })
    ).data,
  );
const read = (header: { 'X-Delta'?: string; 'If-None-Match'?: string }, year: number | string = YEAR) =>
  client.GET('/api/v1/rpc/{title}/', { params: { path: { title: 'cars' }, query: { parameters: { year } }, header } });

async function main(): Promise<void> {
  const listed = present((await client.GET('/api/v1/cache/')).data);
  const task = await refresh();
  const state = present(
    (await client.GET('/api/v1/cache/state/', { params: { query: { task_id: task.task_id } } })).data,
  );
  const whole = await read({});
  const [table] = whole.data as { columns: string[]; data: unknown[] }[];
  const again = await read({ 'If-None-Match': present(whole.response.headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(whole.response.headers)}-last` });
  const [changes] = delta.data as { insert_rows: unknown[]; delete_ids: number[] }[];
  const { error } = await read({}, 'x');
  tell({
    listed: listed.map(({ user }) => user),
    refreshed: task.task_state,
    state: stateIn(state),
    columns: present(table).columns.slice(0, 2),
    rows: present(table).data.length,
    again: again.response.status,
    inserted: present(changes).insert_rows.length,
    deleted: present(changes).delete_ids.length,
    problem: present(error).type,
  });
}
void main();
