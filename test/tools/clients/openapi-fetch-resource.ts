/** One resource by openapi-typescript and openapi-fetch: its tables need no cast. */

import createClient from 'openapi-fetch';
import type { paths } from './generated/openapi-fetch-resource/schema.d.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION, BASE } from './settings.ts';

const client = createClient<paths>({ baseUrl: BASE, headers: { Authorization: AUTHORIZATION } });

const refresh = async () =>
  present(
    (
      await client.POST('/api/v1/cache/refresh/', {
        params: { header: { Prefer: WAIT } },
        body: { resource_title: 'cars', year: YEAR },
      })
    ).data,
  );
const read = (header: { 'X-Delta'?: string; 'If-None-Match'?: string }, year = YEAR) =>
  client.GET('/api/v1/rpc/cars/', { params: { query: { year }, header } });

async function main(): Promise<void> {
  const task = await refresh();
  const state = present(
    (await client.GET('/api/v1/cache/state/', { params: { query: { task_id: task.task_id } } })).data,
  );
  const whole = await read({});
  const again = await read({ 'If-None-Match': present(whole.response.headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(whole.response.headers)}-last` });
  const table = first(whole.data);
  const changes = first(delta.data);
  if (!('columns' in table) || !('insert_rows' in changes)) throw new Error('the answers are of another kind');
  const { error } = await read({}, 1800);
  // @ts-expect-error: there is no such column
  if (table.columns.includes('colour')) throw new Error('the table has a column that it should not have');
  tell({
    listed: [],
    refreshed: task.task_state,
    state: stateIn(state),
    columns: table.columns.slice(0, 2),
    rows: table.data.length,
    again: again.response.status,
    inserted: changes.insert_rows.length,
    deleted: changes.delete_ids.length,
    problem: present(error).type,
  });
}

/** The first table of an answer with tables. */
function first(data: Awaited<ReturnType<typeof read>>['data']) {
  if (!Array.isArray(data)) throw new Error('the answer has no tables');
  return data[0];
}
void main();
