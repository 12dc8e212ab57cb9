/** Before each test: the D1 schema as deployed, in every database. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach } from 'vitest';

beforeEach(async () => {
  for (const db of [env.DB, env.DB_1, env.DB_2]) {
    if (db !== undefined) await applyD1Migrations(db, env.TEST_MIGRATIONS);
  }
});
