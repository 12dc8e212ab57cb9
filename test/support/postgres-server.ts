/** The PostgreSQL of the tests, if it is installed: an empty database, and a role `reader` that may read what it is granted. */

import Client from 'pg/lib/client.js';
import type { TestProject } from 'vitest/node';
import { postgresFolder, startPostgres } from '../../scripts/test/postgres.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (postgresFolder() === null) {
    project.provide('postgresUrl', null);
    return async () => undefined;
  }
  const server = await startPostgres();
  const client = new Client({ connectionString: server.url, connectionTimeoutMillis: 30_000 });
  await client.connect();
  const { password } = new URL(server.url);
  const texts = {
    rowMode: 'array',
    queryMode: 'extended',
    values: [],
    types: { getTypeParser: () => String },
  } as const;
  await client.query({ text: `CREATE ROLE reader LOGIN PASSWORD '${password}'`, ...texts });
  await client.end();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
