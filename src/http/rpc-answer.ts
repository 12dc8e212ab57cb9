/**
 * Answers of `/rpc/` (CONTRACT 3): a cached body, a part of it, a delta, or that nothing has changed; otherwise the
 * task that loads the cache.
 */

import type { Context } from 'hono';
import { API_BASE, HEADER, JSON_TYPE } from '../contract/constants.ts';
import { Problem } from '../contract/problem.ts';
import { contentRange, ifRangeHolds, singleByteRange } from '../core/byte-range.ts';
import { counted } from '../core/counted.ts';
import { etagOf } from '../core/etag.ts';
import type { DeltaRequest } from '../core/x-delta.ts';
import type { PendingTask } from '../flows/read/ask-for-load.ts';
import { type OpenedAnswer, openAnswer, openBody } from '../flows/read/open-answer.ts';
import type { ServedBody } from '../flows/read/serve-cache.ts';
import type { BlobRange } from '../ports/blobs.ts';
import type { AppEnv } from './factory.ts';
import { askedBy, cacheHeaders, defined, type MoreHeaders, noteRead, VARY } from './rpc-headers.ts';
import { pendingTaskAnswer, retryAfterS } from './task-answer.ts';

const EMPTY = new Blob([]);

/**
 * Answers 200, 206 or 304 with the body or a delta, by the request's conditions, `X-Delta` and range; null if the body
 * is gone and nothing was answered. After the answer, notes what the device was given.
 *
 * @throws Problem `precondition-failed`, `range-not-satisfiable`
 */
export async function replyServed(
  c: Context<AppEnv>,
  served: ServedBody,
  delta: DeltaRequest | null,
  more: MoreHeaders,
): Promise<Response | null> {
  const answer = await openAnswer(c.get('services'), served, askedBy(c, delta));
  const now = Date.now();
  const headers = { ...cacheHeaders(served, answer.given, now), ...defined(more) };
  if (answer.kind === 'whole') return replyBody(c, served, headers, now);
  noteRead(c, served, c.req.method === 'HEAD' ? null : answer.given, now);
  return answer.kind === 'delta' ? replyDelta(c, answer, headers) : c.body(null, 304, headers);
}

async function replyDelta(
  c: Context<AppEnv>,
  { delta: { from, to }, opened }: Extract<OpenedAnswer, { kind: 'delta' }>,
  headers: Record<string, string>,
): Promise<Response> {
  const isHead = c.req.method === 'HEAD';
  if (isHead && opened.body instanceof ReadableStream) await opened.body.cancel();
  return c.body(isHead ? EMPTY.stream() : opened.body, 200, {
    ...headers,
    'Content-Type': JSON_TYPE,
    ...(opened.bytes === null ? {} : { 'Content-Length': String(opened.bytes) }),
    [HEADER.contentVersion]: `"delta v${from}-v${to}"`,
  });
}

async function replyBody(
  c: Context<AppEnv>,
  served: ServedBody,
  headers: Record<string, string>,
  now: number,
): Promise<Response | null> {
  const { contentType, bytes } = served.loaded;
  const isHead = c.req.method === 'HEAD';
  const range = rangeOf(c, served);
  const part = range ?? { offset: 0, length: bytes };
  const body = isHead || part.length === 0 ? EMPTY.stream() : await openBody(c.get('services'), served, part);
  if (body === null) return null;
  noteRead(c, served, range === null && !isHead ? served.loaded : null, now);
  return c.body(body, range === null ? 200 : 206, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': String(part.length),
    'Accept-Ranges': 'bytes',
    ...(range === null ? {} : { 'Content-Range': contentRange(range, bytes) }),
  });
}

/** Answers 202 with the task that loads the cache. */
export function replyPending(c: Context<AppEnv>, task: PendingTask, more: MoreHeaders): Response {
  const body = JSON.stringify(pendingTaskAnswer(task, c.get('identity')));
  return c.body(body, 202, {
    ...defined(more),
    'Content-Type': JSON_TYPE,
    'Content-Length': String(new TextEncoder().encode(body).length),
    'Cache-Control': 'no-store',
    Vary: VARY,
    Location: `${API_BASE}/cache/state/?task_id=${task.taskId}`,
    'Retry-After': String(retryAfterS(task, Date.now())),
  });
}

function rangeOf(c: Context<AppEnv>, { entry, loaded }: ServedBody): BlobRange | null {
  const header = c.req.header('Range');
  if (c.req.method !== 'GET' || header === undefined) return null;
  if (!ifRangeHolds(c.req.header('If-Range'), etagOf(entry.key, loaded.changed))) return null;
  const range = singleByteRange(header, loaded.bytes);
  if (range !== 'unsatisfiable') return range;
  throw new Problem(
    'range-not-satisfiable',
    `The body has ${counted(loaded.bytes, 'byte')}. The requested range is outside of it.`,
    {
      headers: { 'Content-Range': `bytes */${loaded.bytes}` },
    },
  );
}
