/**
 * A terminal in a warehouse: keeps two tables in a SQLite file, shows them at once, online or offline, and prints what changes.
 * Run `node client/examples/device.ts` while `npm start` runs. Ctrl-C ends it. After a kill it continues where it was.
 */

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
// In your app: from '@freshet/client' and '@freshet/client/sqlite'. Here nothing needs to be built first.
import { createClient, type Snapshot } from '../src/index.ts';
import { sqlite } from '../src/sqlite.ts';
import { nodeSqlite } from './drivers/node-sqlite.ts';

const PROJECT = `${import.meta.dirname}/../..`;
const { FRESHET_TOKEN, FRESHET_USER: user = 'alice', PORT = '8787' } = process.env;
const url = process.env.FRESHET_URL ?? `http://127.0.0.1:${PORT}/api/v1`;
const folder = process.env.FRESHET_FOLDER ?? `${PROJECT}/.wrangler/device`;

/** Returns FRESHET_TOKEN, or a token of the local service; null if the service refused FRESHET_TOKEN. */
async function auth(why: string): Promise<string | null> {
  if (FRESHET_TOKEN !== undefined) return why === 'rejected' ? null : FRESHET_TOKEN;
  return (await promisify(execFile)('npm', ['run', '-s', 'token', '--', user], { cwd: PROJECT })).stdout.trim();
}

mkdirSync(folder, { recursive: true });
const client = createClient({ url, user, device: hostname(), auth, store: sqlite(nodeSqlite(folder)), maxBytes: 5e8 });

function show(title: string, { version, status, tables }: Snapshot<object>): void {
  const rows = Object.entries(tables).map(([name, table]) => `${table.size} in ${name}`);
  console.log(`${title} v${version}: ${rows.join(', ')}, as of ${new Date(status.checkedAt ?? 0).toISOString()}`);
}

function watch(title: string, parameters: Record<string, string | number>): void {
  const cache = client.cache(title, parameters, { keep: 'pinned' });
  let before: Snapshot<object> | null = null;
  cache.subscribe(({ inserted, deleted }) => {
    show(title, cache.snapshot);
    for (const id of deleted) print('-', before, id);
    for (const id of inserted) print('+', cache.snapshot, id);
    before = cache.snapshot;
  });
  cache.ready().catch(({ message }) => console.error(`${title}: ${message}`));
}

function print(sign: string, snapshot: Snapshot<object> | null, id: number): void {
  const rows = Object.values(snapshot?.tables ?? {}).flatMap((table) => table.get(id) ?? []);
  for (const row of rows) console.log(sign, JSON.stringify(row));
}

let told = '';
client.subscribe(() => {
  const { sync, error } = client.status;
  if (sync === told || !['live', 'offline', 'failed', 'needs-auth'].includes(sync)) return;
  told = sync;
  console.log(`[${sync}] ${sync === 'needs-auth' ? 'restart with another FRESHET_TOKEN' : (error?.message ?? '')}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void client.close());
watch('cars', { year: 1982 });
watch('countries', { continent: 'Europe' });
