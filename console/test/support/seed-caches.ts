/** Fills the local D1 of a service that has ended with copies of a cache: their loads would take hours. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Copies the only cache of a resource, each with a parameter `name` and a key of its own. They have no objects and no blobs. */
export function seedCaches(stateDir: string, resource: string, copies: number): void {
  const folder = join(stateDir, 'v3/d1/miniflare-D1DatabaseObject');
  const file = readdirSync(folder).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite') ?? '';
  const db = new DatabaseSync(join(folder, file));
  try {
    const columns = db
      .prepare("SELECT name FROM pragma_table_info('entries')")
      .all()
      .map(({ name }) => String(name));
    const values: Readonly<Record<string, string>> = {
      key: 'lower(hex(randomblob(32)))',
      parameters: "json_object('name', printf('n-%06d', copy))",
    };
    db.prepare(
      `WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?1)
       INSERT INTO entries (${columns}) SELECT ${columns.map((name) => values[name] ?? name)}
       FROM copies CROSS JOIN (SELECT * FROM entries WHERE resource = ?2 LIMIT 1)`,
    ).run(copies, resource);
  } finally {
    db.close();
  }
}
