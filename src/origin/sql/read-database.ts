/**
 * Reads tables from a PostgreSQL database in one read-only transaction, so all tables are one snapshot. Each query is a
 * cursor that is read in pieces, so each statement is short, and the database is read no faster than the load can
 * store.
 */

import { LoadFailure } from '../../contract/problem.ts';
import type { ReadTable } from '../../core/column-places.ts';
import type { Json, Parameters } from '../../ports/entry.ts';
import type { MakeRowReader } from '../../ports/rows.ts';
import type { ColumnWatch } from '../column-watch.ts';
import { PART_END, SqlRows } from './sql-rows.ts';
import { openSession, PIECE_BYTES, type SqlSession } from './sql-session.ts';
import { statementOf } from './sql-text.ts';

/** What to read, and how. */
export interface DatabaseQuestion {
  connectionString: string;
  tables: readonly ReadTable[];
  /** For each table, collects the columns of its rows. */
  columns: readonly ColumnWatch[];
  /** Parameters by name, and the user name as `_user`. */
  values: Parameters;
  /** Most bytes of all answers of the database. */
  maxBytes: number;
  /** Aborts the reading; its reason is a LoadFailure. */
  signal: AbortSignal;
}

/** The answer of a database in the form that loads expect. */
export interface DatabaseAnswer {
  /** Rows, one per line; ends only when the transaction has. */
  body: AsyncIterable<Uint8Array>;
  /** Reads these lines. */
  reader: MakeRowReader;
  /** Whether the role is a superuser, which no grant or rule of the database restricts. */
  isSuperuser(): Promise<boolean>;
  /** Releases the connection, even before the body has been read. */
  release(): void;
}

/** The warning for a superuser. */
export const SUPERUSER =
  'The role of the database is a superuser, whom READ ONLY does not keep from files and from the sessions of others: give the service a role that may only SELECT named views.';

/**
 * The connection string of the binding of this name. @throws LoadFailure `misconfigured` without a binding; only
 * administrators see the name
 */
export function connectionString(found: string | undefined, name: string): string {
  if (found !== undefined) return found;
  throw new LoadFailure('misconfigured', 'The source of this resource is not configured correctly.', {
    adminDetail: `The source names the Hyperdrive binding ${name}, which the service does not have: add it to wrangler.toml and deploy.`,
  });
}

/** Settings of this transaction: the form of values, and time-outs. Hyperdrive itself ends a statement after 60 s. */
const SETTINGS = [
  "statement_timeout = '55s'",
  "idle_in_transaction_session_timeout = '90s'",
  "TimeZone = 'UTC'",
  "DateStyle = 'ISO'",
  "IntervalStyle = 'iso_8601'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  'standard_conforming_strings = on',
];
/**
 * Number of rows of the first fetch, and the maximum; in between, as many as the sizes of earlier rows suggest for one
 * piece.
 */
const FIRST_ROWS = 10;
const MOST_ROWS = 1000;

/** @throws LoadFailure; so does the body as it is read */
export async function readDatabase(question: DatabaseQuestion): Promise<DatabaseAnswer> {
  const { connectionString, maxBytes, signal } = question;
  const session = await openSession(connectionString, maxBytes, signal);
  return {
    body: linesOf(session, question),
    reader: readLines,
    isSuperuser: async () => {
      const { rows } = await session.query('select rolsuper from pg_catalog.pg_roles where rolname = current_user');
      return rows[0]?.[0] === 't';
    },
    release: () => session.close(),
  };
}

async function* linesOf(session: SqlSession, question: DatabaseQuestion): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  for (const setting of SETTINGS) await session.query(`SET LOCAL ${setting}`);
  for (const [index, table] of question.tables.entries()) {
    const watch = question.columns[index];
    if (watch === undefined) throw new RangeError('a table without a watch');
    yield encoder.encode(`${TABLE}${index}\n`);
    const rows = new SqlRows(table, watch);
    const cursor = `freshet_${index}`;
    const { text, names } = statementOf(table.sql ?? '');
    const values = names.map((name) => boundText(question.values, name));
    await session.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values, table.name);
    for (let most = FIRST_ROWS, isMore = true; isMore; ) {
      const before = session.bytes;
      let came = 0;
      for await (const piece of session.pieces(`FETCH ${most} FROM ${cursor}`, table.name)) {
        const lines = rows.read(piece);
        came += lines.length;
        if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
      }
      isMore = came === most;
      most = rowsToFetch((session.bytes - before) / most);
    }
    await session.query(`CLOSE ${cursor}`);
  }
  await session.query('COMMIT');
}

/** How many rows of this size make one piece. */
function rowsToFetch(rowBytes: number): number {
  return Math.min(Math.max(Math.floor(PIECE_BYTES / rowBytes), 1), MOST_ROWS);
}

/** A value as text, which the database converts to the type in its query; null: there is none. */
function boundText(values: Parameters, name: string): string | null {
  const value: Json | undefined = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.includes('\0'))
    throw new LoadFailure(
      'invalid-parameters',
      'A parameter holds the character U+0000, which PostgreSQL does not take.',
    );
  return text;
}

/** Marks the line that begins a table; lines of rows begin with JSON. */
const TABLE = '#';

/** Reads the lines of the body. */
const readLines: MakeRowReader = (_tables, sink) => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  // Kept as pieces: a row may have many megabytes, and is not scanned again with each of them.
  let begun: string[] = [];
  let isOpen = false;
  const take = (line: string) => {
    if (!line.startsWith(TABLE)) {
      const [text = '', key = '', ...hidden] = line.split(PART_END);
      sink.row(text, key, hidden);
      return;
    }
    if (isOpen) sink.endTable();
    sink.beginTable(Number(line.slice(TABLE.length)));
    isOpen = true;
  };
  return {
    write: (bytes) => {
      const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
      begun.push(first);
      for (const piece of others) {
        take(begun.join(''));
        begun = [piece];
      }
    },
    end: () => {
      if (isOpen) sink.endTable();
    },
  };
};
