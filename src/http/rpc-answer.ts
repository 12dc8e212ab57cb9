/** Answers of `/rpc/` (CONTRACT 3): a cached body, a part of it or that it has not changed; or the task that will bring it. */

import type { Context } from 'hono';
import { API_BASE, HEADER, JSON_TYPE } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import type { BlobRange } from '../contract/stores.ts';
import { contentRange, ifRangeHolds, singleByteRange } from '../core/byte-range.ts';
import { evaluateConditions, type Verdict } from '../core/conditions.ts';
import { etagOf } from '../core/etag.ts';
import type { PendingTask } from '../flows/ask-for-load.ts';
import type { ServedBody } from '../flows/serve-cache.ts';
import type { AppEnv } from './factory.ts';
import { conditionsOf } from './reply.ts';

/** What an answer of this path depends on. */
const VARY = 'Authorization, X-Delta, Accept, Origin';
const USUAL_RETRY_AFTER_S = 1;
const EMPTY = new Blob([]);

type MoreHeaders = Readonly<Record<string, string | undefined>>;

/**
 * 200, 206 or 304 as the request's conditions and range say; null: the body has gone, and nothing is answered yet. What the
 * device is given is noted after the answer.
 *
 * @throws Problem `precondition-failed`
 */
export async function replyCached(c: Context<AppEnv>, served: ServedBody, more: MoreHeaders): Promise<Response | null> {
  const now = Date.now();
  const { contentType, bytes } = served.loaded;
  const headers = { ...cacheHeaders(served, now), ...defined(more) };
  const isHead = c.req.method === 'HEAD';
  if (verdictOn(c, served) === 'not-modified') {
    noteRead(c, served, !isHead, now);
    return c.body(null, 304, headers);
  }
  const range = rangeOf(c, served);
  const part = range ?? { offset: 0, length: bytes };
  const body = isHead ? EMPTY.stream() : await openBody(c, served, part);
  if (body === null) return null;
  noteRead(c, served, range === null && !isHead, now);
  return c.body(body, range === null ? 200 : 206, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': String(part.length),
    'Accept-Ranges': 'bytes',
    ...(range === null ? {} : { 'Content-Range': contentRange(range, bytes) }),
  });
}

/** 202 with the task that will bring the cache. */
export function replyPending(c: Context<AppEnv>, task: PendingTask, more: MoreHeaders): Response {
  const { taskId, state, error, dueAt } = task;
  const body = JSON.stringify({ task_id: taskId, task_state: state, ...(error === null ? {} : { error }) });
  const dueInS = dueAt === null ? 0 : Math.ceil((dueAt - Date.now()) / 1000);
  return c.body(body, 202, {
    ...defined(more),
    'Content-Type': JSON_TYPE,
    'Content-Length': String(new TextEncoder().encode(body).length),
    'Cache-Control': 'no-store',
    Vary: VARY,
    Location: `${API_BASE}/cache/state/?task_id=${taskId}`,
    'Retry-After': String(Math.max(USUAL_RETRY_AFTER_S, dueInS)),
  });
}

/** What 200, 206 and 304 have alike. */
function cacheHeaders({ entry, loaded, expiresAt, forwarded }: ServedBody, now: number): Record<string, string> {
  const ttlS = Math.floor((expiresAt - now) / 1000);
  return {
    ETag: `"${etagOf(entry.key, loaded.changed)}"`,
    [HEADER.contentVersion]: `v${loaded.version}`,
    ...(loaded.hash === null ? {} : { [HEADER.cacheHashValue]: loaded.hash }),
    'Last-Modified': httpDate(loaded.changedAt),
    Expires: httpDate(expiresAt),
    Age: String(Math.max(0, Math.floor((now - loaded.loadedAt) / 1000))),
    [HEADER.cacheStatus]: forwarded === null ? `freshet; hit; ttl=${ttlS}` : `freshet; fwd=${forwarded}`,
    'Cache-Control': 'private, no-cache',
    Vary: VARY,
  };
}

/** Either method is a safe read here, and `If-Match` is no condition: it may name the version that a device holds. */
function verdictOn(c: Context<AppEnv>, { entry, loaded }: ServedBody): Exclude<Verdict, 'failed'> {
  const { ifMatch, ...conditions } = conditionsOf(c);
  const verdict = evaluateConditions(
    {
      ...conditions,
      method: 'GET',
      ifUnmodifiedSince: ifMatch === undefined ? conditions.ifUnmodifiedSince : undefined,
    },
    { etag: etagOf(entry.key, loaded.changed), lastModified: loaded.changedAt },
  );
  if (verdict !== 'failed') return verdict;
  throw new Problem('precondition-failed', `This was changed on ${httpDate(loaded.changedAt)}.`);
}

function rangeOf(c: Context<AppEnv>, { entry, loaded }: ServedBody): BlobRange | null {
  const header = c.req.header('Range');
  if (c.req.method !== 'GET' || header === undefined) return null;
  if (!ifRangeHolds(c.req.header('If-Range'), etagOf(entry.key, loaded.changed))) return null;
  return singleByteRange(header, loaded.bytes);
}

/** A part of the body; null when it has gone. Its length is fixed, so that one cut short reads as broken off. */
async function openBody(
  c: Context<AppEnv>,
  { entry, loaded }: ServedBody,
  part: BlobRange,
): Promise<ReadableStream | null> {
  if (part.length === 0) return EMPTY.stream();
  const stream = await c.var.services.blobs.get(entry.key, loaded.fence, 'body', part);
  return stream?.pipeThrough(new FixedLengthStream(part.length)) ?? null;
}

/** After the answer: which device was given what, unless it got a part or the headers alone; and that the cache was read. */
function noteRead(c: Context<AppEnv>, { entry, loaded }: ServedBody, given: boolean, now: number): void {
  const { services, identity, device } = c.var;
  const { key, resource } = entry;
  const { version, changed } = loaded;
  const record =
    given && device !== null ? { user: identity.user, device, resource, key, syncedAt: now, version, changed } : null;
  services.waitUntil(services.syncBuffer.add(record, key, now));
}

function defined(headers: MoreHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** An HTTP-date (RFC 9110 section 5.6.7) of ms since the epoch. */
function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
