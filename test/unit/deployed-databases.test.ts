/** What a deploy says of databases (scripts/deploy.ts). */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import { NAMED_DATABASES, noteOfMissing, noteOfUnbound } from '../../scripts/lib/deployed-databases.ts';

it('says what to do where a binding stands in wrangler.toml without its id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-'));
  try {
    const config = join(folder, 'wrangler.toml');
    writeFileSync(config, 'name = "x"\n[[hyperdrive]]\nbinding = "SQL_ERP"\n');
    const read = () => readConfig({ config });
    expect(read).toThrow();
    try {
      read();
    } catch (error) {
      expect(noteOfUnbound((error as Error).message)).toContain('npx wrangler hyperdrive create');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(noteOfUnbound('Processing wrangler.toml configuration: "name" must be a text')).toBeNull();
});

it('names the sources whose database is not bound, and says what to do', () => {
  using database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE sources (name TEXT, definition TEXT)');
  const add = database.prepare('INSERT INTO sources VALUES (?, ?)');
  add.run('erp', '{"database":"SQL_ERP"}');
  add.run('shop', '{"url":"https://shop.example.com/"}');
  add.run('old', '{"database":"SQL_OLD"}');
  const answer = JSON.stringify([{ results: database.prepare(NAMED_DATABASES).all(), success: true }]);
  expect(noteOfMissing(answer, ['SQL_ERP', 'SQL_OLD'])).toBeNull();
  expect(noteOfMissing(answer, ['SQL_ERP'])).toMatch(
    /^The source "old" names the binding SQL_OLD, which .*npx wrangler/s,
  );
  expect(noteOfMissing('[]', [])).toBeNull();
});
