/** D1 as it was: rows of one resource, kept and put back under objects that go on living (Time Travel). */
import { env } from 'cloudflare:workers';

const TABLES = { resources: 'title', entries: 'resource' } as const;
type Table = keyof typeof TABLES;

/** The rows of a resource in all tables; `restore` puts them back, and drops what came since. */
export async function copyOfD1(title: string): Promise<{ restore(...tables: Table[]): Promise<void> }> {
  const rows = new Map<string, Record<string, unknown>[]>();
  for (const [table, column] of Object.entries(TABLES)) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).bind(title).all();
    rows.set(table, results);
  }
  return {
    async restore(...tables) {
      for (const table of tables) {
        const inserts = (rows.get(table) ?? []).map((row) => insertOf(table, row));
        await env.DB.batch([env.DB.prepare(`DELETE FROM ${table} WHERE ${TABLES[table]} = ?`).bind(title), ...inserts]);
      }
    },
  };
}

function insertOf(table: Table, row: Record<string, unknown>): D1PreparedStatement {
  const columns = Object.keys(row);
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  return env.DB.prepare(sql).bind(...Object.values(row));
}
