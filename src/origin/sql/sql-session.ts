/** One connection to a database, by the driver `pg`, which is loaded only here and only when a database is read. */

import { LoadFailure } from '../../contract/problem.ts';
import { sqlFailure } from './sql-failure.ts';

/** What a statement gave: values as the database writes them, in the order of the columns. */
export interface SqlResult {
  rows: readonly (readonly (string | null)[])[];
  columns: readonly { name: string; dataTypeID: number }[];
}

export interface SqlSession {
  /** Bytes that have come, of all answers. */
  readonly bytes: number;
  /** @throws LoadFailure by SQLSTATE; `table`: whose query it is */
  query(text: string, values?: readonly (string | null)[], table?: string): Promise<SqlResult>;
  /** Ends the connection, whatever goes on over it. Never throws. */
  close(): void;
}

/** Most bytes of one answer: a row that is larger does not fit. */
const MAX_ANSWER_BYTES = 16_777_216;
const CONNECT_MS = 15_000;
const TEXTS = { getTypeParser: () => (value: string) => value };

/**
 * Connects.
 *
 * @param maxBytes most bytes of all answers
 * @param signal ends it; its reason is a LoadFailure
 * @throws LoadFailure
 */
export async function openSession(
  connectionString: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<SqlSession> {
  const [{ default: Client }, { CloudflareSocket }] = await Promise.all([
    import('pg/lib/client.js'),
    import('pg-cloudflare'),
  ]);
  signal.throwIfAborted();
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'freshet',
    // Hyperdrive is reached within Cloudflare, without TLS.
    stream: () => new CloudflareSocket(false),
  });
  let ended: unknown = null;
  let fail: (reason: unknown) => void = () => undefined;
  // The driver itself does not tell of each end of a socket on which something is awaited.
  const broken = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  broken.catch(() => undefined);
  const end = (reason: unknown) => {
    if (ended !== null) return;
    ended = reason;
    signal.removeEventListener('abort', aborted);
    // Says goodbye where nothing is awaited, and else destroys the socket.
    client.end().catch(() => undefined);
    fail(reason);
  };
  const aborted = () => end(signal.reason);
  signal.addEventListener('abort', aborted);
  client.on('error', end);
  let bytes = 0;
  let answerBytes = 0;
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
  client.connection.stream.on('data', (piece) => {
    bytes += piece.byteLength;
    answerBytes += piece.byteLength;
    if (bytes > maxBytes) end(tooLarge(maxBytes));
    else if (answerBytes > MAX_ANSWER_BYTES) end(tooLarge(MAX_ANSWER_BYTES));
  });
  return {
    get bytes() {
      return bytes;
    },
    query: async (text, values = [], table) => {
      answerBytes = 0;
      const config = { text, values, rowMode: 'array', queryMode: 'extended', types: TEXTS } as const;
      const { rows, fields } = await attempt(() => client.query(config), table);
      return { rows, columns: fields };
    },
    close: () => end(new LoadFailure('internal', 'The connection to the database was closed.')),
  };
}

function tooLarge(most: number): LoadFailure {
  return new LoadFailure('origin-too-large', `The database answered with more than ${most} bytes.`);
}
