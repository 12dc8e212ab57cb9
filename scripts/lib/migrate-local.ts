/**
 * Applies the missing `migrations/` to local databases: `node scripts/lib/migrate-local.ts <STATE_DIR> <binding>…`.
 * They are the databases that `wrangler dev --persist-to` opens, and `wrangler d1 migrations` reads the same notes.
 * That command starts a runtime for each migration; this script starts one for all.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as optionsOf, unstable_splitSqlQuery as splitSql } from 'wrangler';
import { PROJECT } from './wrangler.ts';

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>;

const MIGRATIONS = join(PROJECT, 'migrations');
/** The same table as wrangler's. */
const NOTES = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

const [stateDir = '', ...bindings] = process.argv.slice(2);
const { d1Databases } = optionsOf(join(PROJECT, 'wrangler.toml')).workerOptions;
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    ...{ modules: true, script: 'export default {}', cf: false, d1Databases },
    resourcePersistencePath: join(stateDir, 'v3'),
  } as Parameters<typeof convertV4MiniflareOptions>[0]),
);
try {
  for (const binding of bindings) await migrate(binding, await miniflare.getD1Database(binding));
} finally {
  await miniflare.dispose();
}

/** Applies each migration completely or not at all. @throws Error that names the migration that failed */
async function migrate(binding: string, db: Database): Promise<void> {
  await db.prepare(NOTES).run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (applied.has(name)) continue;
    const statements = splitSql(readFileSync(join(MIGRATIONS, name), 'utf8')).map((sql) => db.prepare(sql));
    const note = db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name);
    await db.batch([...statements, note]).catch((cause: Error) => {
      throw new Error(`${name} cannot be applied to ${binding}: ${cause.message}`, { cause });
    });
    console.log(`${name} applied to ${binding}`);
  }
}
