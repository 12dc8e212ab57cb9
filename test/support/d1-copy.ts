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
        const inserts = (rows.get(table) ?? []).map((row) => insertInto(env.DB, table, row));
        await env.DB.batch([env.DB.prepare(`DELETE FROM ${table} WHERE ${TABLES[table]} = ?`).bind(title), ...inserts]);
      }
    },
  };
}

/** Columns that D1 works out itself, of which `SELECT *` tells, and which no INSERT may name. */
const GENERATED = new Set(['source']);

/** Puts a row, as `SELECT *` gave it, into a table of the same name. */
export function insertInto(db: D1Database, table: string, row: Record<string, unknown>): D1PreparedStatement {
  const given = Object.entries(row).filter(([column]) => !GENERATED.has(column));
  const columns = given.map(([column]) => column);
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  return db.prepare(sql).bind(...given.map(([, value]) => value));
}
