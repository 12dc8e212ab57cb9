/** The whole API by orval. Its queries have no free members, so that the parameters of a resource go into the body of a POST. */

import { getTaskState, listSyncRecords, readCacheByPost, refreshCache } from './generated/orval-api/client.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION } from './settings.ts';

const Authorization = AUTHORIZATION;
const JSON_TYPE = { 'Content-Type': 'application/json' };

const refresh = async () => {
  const headers = { ...JSON_TYPE, Authorization, Prefer: WAIT };
  const answer = await refreshCache({ resource_title: 'cars', year: YEAR }, undefined, { headers });
  if (answer.status !== 200) throw new Error(`the refresh answered ${answer.status}`);
  return answer.data;
};
const read = (headers: { 'X-Delta'?: string; 'If-None-Match'?: string }, year: number | string = YEAR) =>
  readCacheByPost('cars', { year }, { headers: { ...JSON_TYPE, Authorization, ...headers } });

async function main(): Promise<void> {
  const listed = await listSyncRecords(undefined, { headers: { Authorization } });
  const task = await refresh();
  const state = await getTaskState({ task_id: task.task_id }, { headers: { Authorization } });
  const whole = await read({});
  const [table] = whole.data as { columns: string[]; data: unknown[] }[];
  const again = await read({ 'If-None-Match': present(whole.headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(whole.headers)}-last` });
  const [changes] = delta.data as { insert_rows: unknown[]; delete_ids: number[] }[];
  const problem = await read({}, 'x');
  if (listed.status !== 200 || state.status !== 200 || problem.status !== 400) {
    throw new Error('an answer has another status');
  }
  tell({
    listed: listed.data.map(({ user }) => user),
    refreshed: task.task_state,
    state: stateIn(state.data),
    columns: present(table).columns.slice(0, 2),
    rows: present(table).data.length,
    again: again.status,
    inserted: present(changes).insert_rows.length,
    deleted: present(changes).delete_ids.length,
    problem: problem.data.type,
  });
}
void main();
