/** The database of the tests, and its answers read as loads read them. */

import { env } from 'cloudflare:workers';
import type { TableDefinition } from '../../src/contract/table-definition.ts';
import type { DatabaseAnswer } from '../../src/origin/sql/read-database.ts';
import { openSession } from '../../src/origin/sql/sql-session.ts';

/** The row texts of each table, in order. `midway` runs once, when the first rows have arrived. */
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
    // In pieces, as in a load.
    for (let at = 0; at < piece.length; at += 1000) read.write(piece.subarray(at, at + 1000));
    if (!isMidway && (rows[0]?.length ?? 0) > 0) {
      isMidway = true;
      await midway?.();
    }
  }
  read.end();
  return rows;
}

/** Runs statements as a superuser; returns the rows of the last one. */
export async function run(...statements: string[]): Promise<(string | null)[][]> {
  const session = await openSession(env.SQL_ADMIN?.connectionString ?? '', 1_000_000, new AbortController().signal);
  let rows: readonly (readonly (string | null)[])[] = [];
  for (const statement of statements) ({ rows } = await session.query(statement));
  session.close();
  return rows.map((row) => [...row]);
}
