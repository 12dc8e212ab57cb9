/**
 * Restores D1 to an earlier state while objects keep running (like Time Travel): rows of one resource are copied and
 * put back.
 */
import { env } from 'cloudflare:workers';

const TABLES = { resources: 'title', entries: 'resource' } as const;
type Table = keyof typeof TABLES;

/** The rows of a resource in all tables; `restore` puts them back and deletes rows that were added since. */
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

/** Columns that D1 computes: `SELECT *` returns them, but an INSERT must not name them. */
const GENERATED = new Set(['source']);

/** Inserts a row, as `SELECT *` returned it, into a table with the same name. */
export function insertInto(db: D1Database, table: string, row: Record<string, unknown>): D1PreparedStatement {
  const given = Object.entries(row).filter(([column]) => !GENERATED.has(column));
  const columns = given.map(([column]) => column);
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  return db.prepare(sql).bind(...given.map(([, value]) => value));
}
