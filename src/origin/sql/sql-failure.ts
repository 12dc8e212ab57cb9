/**
 * The meaning of a database's errors for a load, by SQLSTATE (PostgreSQL's manual, appendix A). Their messages are not
 * used: they may contain values.
 */

import { LoadFailure, type LoadFailureCode } from '../../contract/problem.ts';

interface Meaning {
  code: LoadFailureCode;
  retryable: boolean;
  detail: string;
}

const UNREACHABLE: Meaning = {
  code: 'origin-unreachable',
  retryable: true,
  detail: 'The database cannot be reached, or cannot work right now',
};
const TIMEOUT: Meaning = {
  code: 'origin-timeout',
  retryable: true,
  detail: 'The database did not answer a query in time',
};
const AUTH: Meaning = { code: 'origin-auth', retryable: false, detail: 'The database refused the login' };
const REFUSED: Meaning = { code: 'origin-refused', retryable: false, detail: 'The database refused a query' };

/** The longest matching beginning counts; any other SQLSTATE is a refusal. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['08', UNREACHABLE],
  ['53', UNREACHABLE],
  ['57P', UNREACHABLE],
  ['58', UNREACHABLE],
  ['40001', UNREACHABLE],
  ['40P01', UNREACHABLE],
  // The transaction was idle for too long, because the load had to wait.
  ['25P03', UNREACHABLE],
  ['57014', TIMEOUT],
  ['28', AUTH],
  ['3D', AUTH],
]);

/** No connection is free: too_many_connections. */
const TOO_MANY = '53300';

/** Names of the errors that an operator can fix. */
const NAMES: Readonly<Record<string, string>> = {
  [TOO_MANY]: 'no connection is free: raise the limit of the role or the database, or lower concurrency of the source',
  '28P01': 'the password is wrong: put the right one into the configuration of Hyperdrive',
  '3D000': 'no such database',
  '57014': 'a statement took longer than 55 s: give it an index, or let it find less',
  '0A000': 'feature not supported, such as INSERT within WITH',
  '22P02': 'a value does not have the form of its type',
  '25006': 'a query must not write',
  '42501': 'the role may not read this',
  '42601': 'syntax error',
  '42703': 'no such column',
  '42883': 'no such function or operator for these types',
  '42P01': 'no such table or view',
  '42P18': 'the type of a parameter is not known: write {name}::text',
};
/** Hyperdrive's message when all its connections are in use (Cloudflare docs, "Troubleshoot and debug"). */
const POOL_FULL = /failed to acquire a connection/i;

/** Converts an error of the driver. `table`: the table whose query failed. */
export function sqlFailure(cause: unknown, table?: string): LoadFailure {
  if (cause instanceof LoadFailure) return cause;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  // An error without a SQLSTATE comes from the connection.
  const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
  const isFull = typeof message === 'string' && POOL_FULL.test(message);
  const { detail, ...meaning } = state === null || isFull ? UNREACHABLE : meaningOf(state);
  const where = table === undefined ? '' : ` (table "${table}")`;
  const what = state === null ? '' : `: SQLSTATE ${state}${NAMES[state] === undefined ? '' : `, ${NAMES[state]}`}`;
  return new LoadFailure(meaning.code, `${detail}${where}${what}.`, { retryable: meaning.retryable, cause });
}

/** Whether a load failed because no connection was free: other loads would fail, too. */
export function saysFull({ cause }: LoadFailure): boolean {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  return code === TOO_MANY || (typeof message === 'string' && POOL_FULL.test(message));
}

function meaningOf(state: string): Meaning {
  for (let length = state.length; length > 1; length -= 1) {
    const meaning = MEANINGS.get(state.slice(0, length));
    if (meaning !== undefined) return meaning;
  }
  return REFUSED;
}
