/** Converts an entry to a row of table `entries`, and back. */

import type { KeptError } from '../contract/problem.ts';
import type { Entry, Link, Loaded, Parameters } from '../ports/entry.ts';
import type { EntryRow } from '../ports/stores.ts';

/** A row as D1 gives it; JSON in `parameters`, `last_error`, `document` and `chain`. */
export interface StoredEntry {
  key: string;
  resource: string;
  parameters: string;
  owner: string | null;
  number: number;
  revision: number;
  version: number | null;
  expires_at: number | null;
  last_error: string | null;
  document: string;
  chain: string;
  read_at: number | null;
}

/** Members that no query selects by. */
interface Document {
  loaded: Omit<Loaded, 'version' | 'expiresAt'> | null;
  retryAt: number | null;
  failedNumber?: number;
  failingSince?: number;
  failedAt?: number;
  failures?: number;
  lastTaskId: string | null;
  counted?: Entry['counted'];
}

/** The columns of an entry that never change, then those that its object writes, in the order of `valuesOf`. */
export const FIXED_COLUMNS = ['key', 'resource', 'parameters', 'owner'] as const;
export const WRITTEN_COLUMNS = [
  'number',
  'revision',
  'version',
  'expires_at',
  'last_error',
  'document',
  'chain',
] as const;

/** Values of FIXED_COLUMNS and WRITTEN_COLUMNS, to be bound. */
export function valuesOf(entry: Entry): (string | number | null)[] {
  const { loaded, retryAt, failedNumber, lastTaskId, counted } = entry;
  const document: Document = {
    loaded: loaded === null ? null : documentOf(loaded),
    retryAt,
    ...(failedNumber === undefined ? {} : { failedNumber }),
    ...failingOf(entry),
    lastTaskId,
    ...(counted === undefined ? {} : { counted }),
  };
  return [
    entry.key,
    entry.resource,
    JSON.stringify(entry.parameters),
    entry.owner,
    entry.number,
    entry.revision,
    loaded === null ? null : loaded.version,
    loaded === null ? null : loaded.expiresAt,
    entry.lastError === null ? null : JSON.stringify(entry.lastError),
    JSON.stringify(document),
    JSON.stringify(entry.chain),
  ];
}

/** What is known about consecutive failed loads. */
function failingOf(from: Pick<Entry, 'failingSince' | 'failedAt' | 'failures'>): typeof from {
  const { failingSince, failedAt, failures } = from;
  return {
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(failures === undefined ? {} : { failures }),
  };
}

function documentOf({ version: _version, expiresAt: _expiresAt, ...rest }: Loaded): Document['loaded'] {
  return rest;
}

/** The entry of a row. */
export function entryOf(row: StoredEntry): Entry {
  const document = JSON.parse(row.document) as Document;
  const { loaded, retryAt, failedNumber, lastTaskId, counted } = document;
  return {
    key: row.key,
    resource: row.resource,
    parameters: JSON.parse(row.parameters) as Parameters,
    owner: row.owner,
    number: row.number,
    revision: row.revision,
    loaded:
      loaded === null || row.version === null || row.expires_at === null
        ? null
        : { ...loaded, version: row.version, expiresAt: row.expires_at },
    chain: JSON.parse(row.chain) as Link[],
    retryAt,
    ...(failedNumber === undefined ? {} : { failedNumber }),
    lastError: row.last_error === null ? null : (JSON.parse(row.last_error) as KeptError),
    ...failingOf(document),
    lastTaskId,
    ...(counted === undefined ? {} : { counted }),
  };
}

/** The entry of a row, with the members that only D1 has. */
export function entryRowOf(row: StoredEntry): EntryRow {
  return { ...entryOf(row), readAt: row.read_at };
}
