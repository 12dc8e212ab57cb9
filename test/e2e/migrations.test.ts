/** The schema of the local databases, as `npm start` applies it: wrangler's own commands go on from there. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { offlineEnv, PROJECT, WRANGLER } from '../../scripts/lib/wrangler.ts';
import { run } from './support/run.ts';

const FOLDER = join(PROJECT, 'migrations');
const MIGRATIONS = readdirSync(FOLDER).sort();

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'freshet-migrations-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const migrate = () => run(process.execPath, [join(PROJECT, 'scripts/lib/migrate-local.ts'), stateDir, 'DB']);

function database(): DatabaseSync {
  const folder = join(stateDir, 'v3/d1/miniflare-D1DatabaseObject');
  const file = readdirSync(folder).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite') ?? '';
  return new DatabaseSync(join(folder, file));
}
/** Runs SQL on the database while no runtime has it open. */
function ask(sql: string): unknown[] {
  const db = database();
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
const applied = () => ask('SELECT name FROM d1_migrations ORDER BY id').map((row) => (row as { name: string }).name);

it('applies each migration once, in order, and wrangler knows of all of them', async () => {
  const first = await migrate();
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toBe(MIGRATIONS.map((name) => `${name} applied to DB\n`).join(''));
  expect(applied()).toEqual(MIGRATIONS);
  expect(await migrate()).toEqual({ code: 0, stdout: '', stderr: '' });
  const [program, wrangler] = WRANGLER;
  const list = [wrangler, 'd1', 'migrations', 'list', 'DB', '--local', '--persist-to', stateDir];
  const { stdout } = await run(program, list, offlineEnv() as Record<string, string>);
  expect(stdout).toContain('No migrations to apply');
});

it('names the migration that cannot be applied, leaves none half done, and continues once it can', async () => {
  await migrate();
  const namesOf = (rows: unknown[]) => rows.map((row) => (row as { name: string }).name);
  const tables = namesOf(
    ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'"),
  );
  // Somebody's own table stands where a migration makes one.
  for (const table of tables.filter((name) => name !== 'sources')) ask(`DROP TABLE ${table}`);
  const refusing = MIGRATIONS.findIndex((name) => readFileSync(join(FOLDER, name), 'utf8').includes('TABLE sources ('));
  const refused = await migrate();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`${MIGRATIONS[refusing]} cannot be applied to DB: `);
  expect(applied()).toEqual(MIGRATIONS.slice(0, refusing));
  expect(namesOf(ask("SELECT name FROM pragma_table_xinfo('resources')"))).not.toContain('source');
  ask('DROP TABLE sources');
  expect(await migrate()).toMatchObject({ code: 0, stderr: '' });
  expect(applied()).toEqual(MIGRATIONS);
  expect(namesOf(ask("SELECT name FROM pragma_table_xinfo('resources')"))).toContain('source');
});
