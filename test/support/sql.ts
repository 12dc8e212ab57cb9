/** The database of the tests, and what it answered read as loads do. */

import { env } from 'cloudflare:workers';
import type { TableDefinition } from '../../src/contract/table-definition.ts';
import type { DatabaseAnswer } from '../../src/origin/sql/read-database.ts';
import { openSession } from '../../src/origin/sql/sql-session.ts';

/** The row texts of each table, in order. `midway`: is done once, when the first rows have come. */
export async function encodedRows(
  { body, reader }: DatabaseAnswer,
  tables: readonly TableDefinition[],
  midway?: () => Promise<void>,
): Promise<string[][]> {
  const rows: string[][] = [];
  const read = reader(tables, {
    beginTable: () => void rows.push([]),
    row: (text) => void rows.at(-1)?.push(text),
    endTable: () => undefined,
  });
  let isMidway = false;
  for await (const piece of body) {
    // In pieces, as loads give them.
    for (let at = 0; at < piece.length; at += 1000) read.write(piece.subarray(at, at + 1000));
    if (!isMidway && (rows[0]?.length ?? 0) > 0) {
      isMidway = true;
      await midway?.();
    }
  }
  read.end();
  return rows;
}

/** Does something as a superuser; the rows that the last statement gave. */
export async function run(...statements: string[]): Promise<(string | null)[][]> {
  const session = await openSession(env.SQL_ADMIN?.connectionString ?? '', 1_000_000, new AbortController().signal);
  let rows: readonly (readonly (string | null)[])[] = [];
  for (const statement of statements) ({ rows } = await session.query(statement));
  session.close();
  return rows.map((row) => [...row]);
}
