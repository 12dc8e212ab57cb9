/** A PostgreSQL behind a real `npm start`, as docs/origins.md "Databases: PostgreSQL" tells: bound, defined by curl, loaded, changed, loaded by what changed. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Client from 'pg/lib/client.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresFolder, startPostgres } from '../../scripts/test/postgres.ts';
import { codeUnder } from '../support/recipe-page.ts';
import { Api } from './support/api.ts';
import { copyProject } from './support/project-copy.ts';
import { run } from './support/run.ts';
import { Service } from './support/service.ts';

const HEADING = 'Databases: PostgreSQL';
/** Whoever follows the page makes a password of their own. */
const PASSWORD = 'of the role freshet';

/** The lines that wrangler.toml has for it, without their comment signs, as the page says. */
function uncommented(toml: string): string {
  const [lines = ''] = /^# \[\[hyperdrive\]\]\n(?:# \w+ = .*\n)+/m.exec(toml) ?? [];
  expect(lines).toContain('binding = "SQL_ERP"');
  return toml.replace(lines, lines.replaceAll(/^# /gm, ''));
}

describe.skipIf(postgresFolder() === null)('a PostgreSQL behind npm start', () => {
  let server: PostgresServer;
  let db: Client;
  let folder = '';
  let service: Service | undefined;

  /** Statements as its administrator. */
  const sql = async (...statements: string[]) => {
    for (const text of statements)
      await db.query({
        text,
        rowMode: 'array',
        queryMode: 'extended',
        values: [],
        types: { getTypeParser: () => String },
      });
  };
  const statementsOf = (text: string) => text.split(/;\n/).filter((statement) => statement.trim() !== '');

  beforeAll(async () => {
    server = await startPostgres();
    db = new Client({ connectionString: server.url, connectionTimeoutMillis: 30_000 });
    await db.connect();
    await sql(
      'CREATE SCHEMA erp',
      'CREATE TABLE erp.stock (id int PRIMARY KEY, plant text, name text, price numeric, changed_at timestamptz, discontinued boolean)',
      "INSERT INTO erp.stock VALUES (1, '1000', 'Bolt', 1.50, '2026-01-01T10:00:00Z', false), (2, '1000', 'Nut', 0.10, '2026-01-02T10:00:00Z', false), (3, '2000', 'Elsewhere', 1, '2026-01-02T10:00:00Z', false)",
      ...codeUnder(HEADING, 'sql').flatMap((text) =>
        statementsOf(text.replace("PASSWORD '…'", `PASSWORD '${PASSWORD}'`)),
      ),
      // What the example of changes reads.
      'CREATE VIEW tablet.stock_log AS SELECT id, name, price, changed_at, discontinued AS gone FROM erp.stock',
      'GRANT SELECT ON tablet.stock_log TO freshet',
    );
    folder = copyProject(uncommented);
    const asRole = new URL(server.url);
    asRole.username = 'freshet';
    asRole.password = encodeURIComponent(PASSWORD);
    const env = { DEMO: '0', CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_SQL_ERP: asRole.href };
    service = await Service.start({ folder, env });
  }, 600_000);

  afterAll(async () => {
    await service?.stop();
    await db?.end();
    await server?.stop();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('is bound, defined by curl, loaded, changed, and loaded by what changed', { timeout: 600_000 }, async () => {
    const started = service as Service;
    const admin = await Api.of(started, await started.token('root', { scope: 'cache:admin cache:read cache:refresh' }));
    const [source = '', stock = '', changes = ''] = codeUnder(HEADING, 'json');
    const token = await started.token('root', { scope: 'cache:admin' });
    const put = async (path: string, body: string) => {
      const script = `curl -sS -X PUT "$API/${path}/" -H "Authorization: Bearer $ADMIN" -H 'Content-Type: application/json' -d "$BODY" -w '%{http_code}' -o /dev/null`;
      const env = { API: `${started.url}/api/v1`, ADMIN: token, BODY: body };
      return (await run('sh', ['-c', script], env)).stdout;
    };
    expect(await put('sources/erp', source)).toBe('201');
    expect(await put('resources/stock', stock)).toBe('201');
    expect(await put('resources/stock-log', changes)).toBe('201');

    const load = async (title: string, values: object = {}) => {
      const body = { resource_title: title, ...values };
      const { json } = await admin.call('cache/refresh/', { method: 'POST', headers: { Prefer: 'wait=30' }, body });
      expect(json).toMatchObject({ task_state: 'SUCCESS' });
    };
    const rows = async (path: string) => {
      const { text } = await admin.call(path);
      return (JSON.parse(text) as [{ data: [number, ...unknown[]][] }])[0].data.map(([, ...cells]) => cells);
    };
    await load('stock', { plant: '1000' });
    expect(await rows('rpc/stock/?plant=1000')).toEqual([
      [1, 'Bolt', 1.5, '2026-01-01T10:00:00Z'],
      [2, 'Nut', 0.1, '2026-01-02T10:00:00Z'],
    ]);

    await load('stock-log');
    expect((await rows('rpc/stock-log/')).toSorted()).toEqual([
      [1, 'Bolt', 1.5],
      [2, 'Nut', 0.1],
      [3, 'Elsewhere', 1],
    ]);
    await sql(
      // This one is not announced, so that it shows what was asked.
      "UPDATE erp.stock SET name = 'Untold' WHERE id = 3",
      'UPDATE erp.stock SET price = 0.20, changed_at = now() WHERE id = 2',
      'UPDATE erp.stock SET discontinued = true, changed_at = now() WHERE id = 1',
    );
    await sql("UPDATE erp.stock SET changed_at = '2025-01-01T00:00:00Z' WHERE id = 3");
    await load('stock-log');
    expect((await rows('rpc/stock-log/')).toSorted()).toEqual([
      [2, 'Nut', 0.2],
      [3, 'Elsewhere', 1],
    ]);
    const delta = await admin.call('rpc/stock-log/', { headers: { 'X-Delta': 'v1-last' } });
    expect(delta.json).toEqual([
      { name: 'stock', insert_rows: [[4, 2, 'Nut', 0.2]], delete_ids: expect.arrayContaining([1, 2]) },
    ]);

    const log = readFileSync(join(started.stateDir, 'freshet.log'), 'utf8');
    for (const text of [log, started.lines.join('\n')]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(encodeURIComponent(PASSWORD));
    }
  });
});
