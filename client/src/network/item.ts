/** What the service says of a cache: in a line of `/sync/`, or in the headers of a read. */

import { failure, type Problem } from '../error.ts';
import { type Answer, MAX_RETRY_AFTER_S, problemError, retryAfter } from './http.ts';
import type { Item } from './transport.ts';

const NOTHING: Omit<Item, 'id' | 'status'> = {
  tag: null,
  etag: null,
  version: null,
  revision: null,
  delta: null,
  hash: null,
  loadedAt: null,
  expiresAt: null,
  hasBody: false,
  contentType: null,
  taskId: null,
  error: null,
  retryAfterS: null,
};

/** An item with the members of `known`; all others are null. */
export function itemOf(id: string, status: number, known: Partial<Item>): Item {
  return { ...NOTHING, ...known, id, status };
}

/** A line of `/sync/` (CONTRACT 3 "Many caches at once"). */
export interface SyncLine {
  id: string | null;
  status: number;
  tag?: string;
  etag?: string;
  version?: number;
  revision?: number;
  content_version?: string;
  hash?: string;
  loaded?: string;
  expires?: string;
  content_type?: string;
  task?: { task_id: string };
  problem?: Problem;
  retry_after?: number;
  lines?: 1;
}

/** The item of a line. @throws FreshetError `network` for a line that the service does not write */
export function itemOfLine(line: SyncLine): Item {
  const { id, status, problem } = line;
  if (typeof id !== 'string' || typeof status !== 'number') throw failure();
  const retryAfterS = heededS(line.retry_after);
  const told = { status, retryAfterS: retryAfterS ?? undefined };
  return itemOf(id, status, {
    tag: line.tag ?? null,
    etag: line.etag ?? null,
    version: line.version ?? null,
    revision: line.revision ?? null,
    delta: deltaIn(line.content_version),
    hash: line.hash ?? null,
    loadedAt: timeOf(line.loaded),
    expiresAt: timeOf(line.expires),
    hasBody: line.lines === 1,
    contentType: line.content_type ?? null,
    taskId: line.task?.task_id ?? null,
    error: isAnswer(status) ? null : (problemError(problem, told) ?? failure('internal', told)),
    retryAfterS,
  });
}

function isAnswer(status: number): boolean {
  return status === 200 || status === 202 || status === 304;
}

/** Limits a wait, as for the header `Retry-After`: a cache that waits longer would be as good as forgotten. */
function heededS(seconds: unknown): number | null {
  return typeof seconds === 'number' ? Math.min(Math.max(0, seconds), MAX_RETRY_AFTER_S) : null;
}

/**
 * The item in the headers of a 200, 206 or 304 of `/rpc/`.
 *
 * @throws FreshetError `network` if the headers are not the service's: a proxy or a firewall has answered
 */
export function itemOfHeaders({ status, header }: Answer): Item {
  // A proxy that compresses the body makes the tag weak, or appends the coding to it.
  const etag = /^(?:W\/)?"(([0-9a-f]{16})-v\d+)/.exec(header('ETag') ?? '');
  const told = header('Content-Version') ?? '';
  const version = /v(\d+)"?$/.exec(told)?.[1];
  if (etag === null || version === undefined) throw failure();
  const expiresAt = timeOf(header('Expires'));
  // A page of another origin cannot read `Date`.
  const ttlS = /ttl=(-?\d+)/.exec(header('Cache-Status') ?? '')?.[1];
  const now = (ttlS && expiresAt !== null ? expiresAt - Number(ttlS) * 1000 : timeOf(header('Date'))) ?? Date.now();
  return itemOf('', status, {
    tag: etag[2] as string,
    etag: etag[1] as string,
    version: Number(version),
    delta: deltaIn(told),
    hash: header('Cache-Hash-Value'),
    loadedAt: now - Number(header('Age') ?? 0) * 1000,
    expiresAt,
    contentType: header('Content-Type'),
    retryAfterS: retryAfter({ get: header }) ?? null,
  });
}

function deltaIn(contentVersion = ''): Item['delta'] {
  const [, from, to] = /^"?delta v(\d+)-v(\d+)/.exec(contentVersion) ?? [];
  return from === undefined ? null : { from: Number(from), to: Number(to) };
}

function timeOf(text: string | null | undefined): number | null {
  return Date.parse(text ?? '') || null;
}
