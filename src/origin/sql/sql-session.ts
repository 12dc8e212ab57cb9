/** One connection to a database, with the driver `pg`, which is loaded only here and only when a database is read. */

import { LoadFailure } from '../../contract/problem.ts';
import { counted } from '../../core/counted.ts';
import { sqlFailure } from './sql-failure.ts';

/** The result of a statement: values as the database writes them, in the order of the columns. */
export interface SqlResult {
  rows: readonly (readonly (string | null)[])[];
  columns: readonly { name: string; dataTypeID: number }[];
}

export interface SqlSession {
  /** Bytes of all answers so far. */
  readonly bytes: number;
  /** @throws LoadFailure by SQLSTATE; `table`: the table whose query it is */
  query(text: string, values?: readonly (string | null)[], table?: string): Promise<SqlResult>;
  /**
   * The rows of a statement in pieces of about PIECE_BYTES, at least one. Reads ahead at most one piece and one row.
   *
   * @throws LoadFailure as `query`
   */
  pieces(text: string, table: string): AsyncGenerator<SqlResult, void>;
  /** Closes the connection, even during a query. Never throws. */
  close(): void;
}

/** About how many bytes of a statement's rows are held. */
export const PIECE_BYTES = 1_048_576;
/** Most bytes of one row: the driver holds a row as a whole. */
const MAX_ROW_BYTES = 16_777_216;
const CONNECT_MS = 15_000;
const HOW = {
  rowMode: 'array',
  queryMode: 'extended',
  types: { getTypeParser: () => (value: string) => value },
} as const;

/**
 * Connects.
 *
 * @param maxBytes most bytes of all answers
 * @param signal aborts the connection; its reason is a LoadFailure
 * @throws LoadFailure
 */
export async function openSession(
  connectionString: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<SqlSession> {
  const [{ default: Client }, { default: Query }, { PacedSocket }] = await Promise.all([
    import('pg/lib/client.js'),
    import('pg/lib/query.js'),
    import('./paced-socket.ts'),
  ]);
  signal.throwIfAborted();
  // The connection to Hyperdrive stays within Cloudflare, without TLS.
  const socket = new PacedSocket(false);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'freshet',
    stream: () => socket,
  });
  let ended: unknown = null;
  let fail: (reason: unknown) => void = () => undefined;
  // The driver does not report every end of a socket while a query waits for it.
  const broken = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  broken.catch(() => undefined);
  const end = (reason: unknown) => {
    if (ended !== null) return;
    ended = reason;
    signal.removeEventListener('abort', aborted);
    // Sends a Terminate message if no query is running; otherwise destroys the socket.
    client.end().catch(() => undefined);
    fail(reason);
  };
  const aborted = () => end(signal.reason);
  signal.addEventListener('abort', aborted);
  client.on('error', end);
  let bytes = 0;
  /** Bytes since the last row. */
  let rowBytes = 0;
  let onData = () => {};
  const attempt = async <T>(work: () => Promise<T>, table?: string): Promise<T> => {
    try {
      return await Promise.race([work(), broken]);
    } catch (cause) {
      throw sqlFailure(ended ?? cause, table);
    }
  };
  try {
    await attempt(() => client.connect());
  } catch (failure) {
    end(failure);
    throw failure;
  }
  // The driver's own listener runs first, so it has already taken the complete rows.
  client.connection.stream.on('data', (piece) => {
    bytes += piece.byteLength;
    rowBytes += piece.byteLength;
    if (bytes > maxBytes) end(tooLarge(maxBytes));
    else if (rowBytes > MAX_ROW_BYTES) end(rowTooLarge());
    onData();
  });
  return {
    get bytes() {
      return bytes;
    },
    query: async (text, values = [], table) => {
      rowBytes = 0;
      const { rows, fields } = await attempt(() => client.query({ text, values, ...HOW }), table);
      return { rows, columns: fields };
    },
    async *pieces(text, table) {
      rowBytes = 0;
      let rows: (string | null)[][] = [];
      let taken = bytes;
      let more = Promise.withResolvers<void>();
      onData = () => {
        if (rows.length === 0 || bytes - taken < PIECE_BYTES) return;
        socket.pause();
        more.resolve();
      };
      const query = new Query({ text, values: [], ...HOW });
      let columns: SqlResult['columns'] = [];
      query.on('row', (row, { fields }) => {
        rowBytes = 0;
        columns = fields;
        rows.push(row);
      });
      let isOver = false;
      const over = new Promise<void>((resolve, reject) => {
        query.on('end', ({ fields }) => {
          columns = fields;
          isOver = true;
          resolve();
        });
        query.on('error', reject);
      });
      over.catch(() => undefined);
      client.query(query);
      while (!isOver) {
        await attempt(() => Promise.race([over, more.promise]), table);
        yield { rows, columns };
        rows = [];
        taken = bytes;
        more = Promise.withResolvers();
        socket.resume();
      }
    },
    close: () => end(new LoadFailure('internal', 'The connection to the database was closed.')),
  };
}

function tooLarge(most: number): LoadFailure {
  return new LoadFailure(
    'origin-too-large',
    `The database answered with more than ${counted(most, 'byte')} (origin.max_bytes).`,
  );
}

function rowTooLarge(): LoadFailure {
  const detail = `A row of the database has more than ${MAX_ROW_BYTES} bytes: have the query leave out or shorten its large columns.`;
  return new LoadFailure('origin-too-large', detail);
}
