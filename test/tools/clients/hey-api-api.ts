/** The whole API by @hey-api/openapi-ts. */

import { client } from './generated/hey-api-api/client.gen.ts';
import { getTaskState, listSyncRecords, readCache, refreshCache } from './generated/hey-api-api/index.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION, BASE } from './settings.ts';

client.setConfig({ baseUrl: BASE, headers: { Authorization: AUTHORIZATION } });

const refresh = async () =>
  present((await refreshCache({ headers: { Prefer: WAIT }, body: { resource_title: 'cars', year: YEAR } })).data);
const read = (headers: { 'X-Delta'?: string; 'If-None-Match'?: string }, year: number | string = YEAR) =>
  readCache({ path: { title: 'cars' }, query: { parameters: { year } }, headers });

async function main(): Promise<void> {
  const listed = present((await listSyncRecords()).data);
  const task = await refresh();
  const state = present((await getTaskState({ query: { task_id: task.task_id } })).data);
  const whole = await read({});
  const [table] = whole.data as { columns: string[]; data: unknown[] }[];
  const again = await read({ 'If-None-Match': present(present(whole.response).headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(present(whole.response).headers)}-last` });
  const [changes] = delta.data as { insert_rows: unknown[]; delete_ids: number[] }[];
  const { error } = await read({}, 'x');
  tell({
    listed: listed.map(({ user }) => user),
    refreshed: task.task_state,
    state: stateIn(state),
    columns: present(table).columns.slice(0, 2),
    rows: present(table).data.length,
    again: present(again.response).status,
    inserted: present(changes).insert_rows.length,
    deleted: present(changes).delete_ids.length,
    problem: present(error).type,
  });
}
void main();
