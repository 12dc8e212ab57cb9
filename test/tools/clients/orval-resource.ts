/** One resource by orval: its parameters are named, and its tables need no cast. */

import { getTaskState, readCache, refreshCache } from './generated/orval-resource/client.ts';
import { present, stateIn, tell, versionIn, WAIT, YEAR } from './outcome.ts';
import { AUTHORIZATION } from './settings.ts';

const Authorization = AUTHORIZATION;

const refresh = async () => {
  const headers = { 'Content-Type': 'application/json', Authorization, Prefer: WAIT };
  const answer = await refreshCache({ resource_title: 'cars', year: YEAR }, undefined, { headers });
  if (answer.status !== 200) throw new Error(`the refresh answered ${answer.status}`);
  return answer.data;
};
const read = (headers: { 'X-Delta'?: string; 'If-None-Match'?: string }, year = YEAR) =>
  readCache({ year }, { headers: { Authorization, ...headers } });

async function main(): Promise<void> {
  const task = await refresh();
  const state = await getTaskState({ task_id: task.task_id }, { headers: { Authorization } });
  const whole = await read({});
  const again = await read({ 'If-None-Match': present(whole.headers.get('ETag')) });
  await refresh();
  const delta = await read({ 'X-Delta': `${versionIn(whole.headers)}-last` });
  const problem = await read({}, 1800);
  if (state.status !== 200 || problem.status !== 400) {
    throw new Error('an answer has another status');
  }
  const table = first(whole);
  const changes = first(delta);
  if (!('columns' in table) || !('insert_rows' in changes)) throw new Error('the answers are of another kind');
  const [id, name]: ['id', 'name', ...string[]] = table.columns;
  tell({
    listed: [],
    refreshed: task.task_state,
    state: stateIn(state.data),
    columns: [id, name],
    rows: table.data.length,
    again: again.status,
    inserted: changes.insert_rows.length,
    deleted: changes.delete_ids.length,
    problem: problem.data.type,
  });
}

/** The first table of an answer with tables. */
function first(answer: Awaited<ReturnType<typeof read>>) {
  if (answer.status !== 200 || !Array.isArray(answer.data)) throw new Error('the answer has no tables');
  return answer.data[0];
}
void main();
