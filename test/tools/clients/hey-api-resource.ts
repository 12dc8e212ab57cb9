/** One resource by @hey-api/openapi-ts: its tables need no cast. */

import { client } from './generated/hey-api-resource/client.gen.ts';
import { getTaskState, readCache, refreshCache } from './generated/hey-api-resource/index.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION, BASE } from './settings.ts';

client.setConfig({ baseUrl: BASE, headers: { Authorization: AUTHORIZATION } });

const refresh = async () =>
  present((await refreshCache({ headers: { Prefer: WAIT }, body: { resource_title: 'cars', year: YEAR } })).data);
const read = (headers: { 'X-Delta'?: string; 'If-None-Match'?: string }, year = YEAR) =>
  readCache({ query: { year }, headers });

async function main(): Promise<void> {
  const task = await refresh();
  const state = present((await getTaskState({ query: { task_id: task.task_id } })).data);
  const whole = await read({});
  const again = await read({ 'If-None-Match': present(present(whole.response).headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(present(whole.response).headers)}-last` });
  const { error } = await read({}, 1800);
  const table = first(whole.data);
  const changes = first(delta.data);
  if (!('columns' in table) || !('insert_rows' in changes)) throw new Error('the answers are of another kind');
  const [id, name]: ['id', 'name', ...string[]] = table.columns;
  tell({
    listed: [],
    refreshed: task.task_state,
    state: stateIn(state),
    columns: [id, name],
    rows: table.data.length,
    again: present(again.response).status,
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
