/** Fills the local D1 of a stopped service with copies: loading so many would take hours. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Copies the only cache of a resource, each with a parameter `name` and a key of its own. They have no objects and no blobs. */
export function seedCaches(stateDir: string, resource: string, copies: number): void {
  copyRow(stateDir, 'entries', `resource = '${resource}'`, copies, {
    key: 'lower(hex(randomblob(32)))',
    parameters: "json_object('name', printf('n-%06d', copy))",
  });
}

/** Copies a resource under the titles `<title>-0001` and so on. */
export function seedResources(stateDir: string, title: string, copies: number): void {
  copyRow(stateDir, 'resources', `title = '${title}'`, copies, { title: "title || printf('-%04d', copy)" });
}

/** @param values SQL of the columns in which a copy differs; `copy` counts from 1 */
function copyRow(
  stateDir: string,
  table: string,
  which: string,
  copies: number,
  values: Readonly<Record<string, string>>,
): void {
  const folder = join(stateDir, 'v3/d1/miniflare-D1DatabaseObject');
  const file = readdirSync(folder).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite') ?? '';
  const db = new DatabaseSync(join(folder, file));
  try {
    const columns = db
      .prepare('SELECT name FROM pragma_table_info(?1)')
      .all(table)
      .map(({ name }) => String(name));
    db.prepare(
      `WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?1)
       INSERT INTO ${table} (${columns}) SELECT ${columns.map((name) => values[name] ?? name)}
       FROM copies CROSS JOIN (SELECT * FROM ${table} WHERE ${which} LIMIT 1)`,
    ).run(copies);
  } finally {
    db.close();
  }
}
