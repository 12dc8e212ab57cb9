/** Answers of `/rpc/` (CONTRACT 3): a cached body, a part of it or that it has not changed; or the task that will bring it. */

import type { Context } from 'hono';
import { API_BASE, JSON_TYPE } from '../contract/constants.ts';
import { isAdmin } from '../contract/identity.ts';
import { errorFor, Problem } from '../contract/problem.ts';
import type { BlobContent, BlobRange } from '../contract/stores.ts';
import { contentRange, ifRangeHolds, singleByteRange } from '../core/byte-range.ts';
import { etagOf } from '../core/etag.ts';
import type { PendingTask } from '../flows/ask-for-load.ts';
import type { ServedBody } from '../flows/serve-cache.ts';
import type { AppEnv } from './factory.ts';
import { cacheHeaders, defined, type MoreHeaders, noteRead, VARY, verdictOn } from './rpc-headers.ts';

const USUAL_RETRY_AFTER_S = 1;
const EMPTY = new Blob([]);

/**
 * 200, 206 or 304 as the request's conditions and range say; null: the body has gone, and nothing is answered yet. What the
 * device is given is noted after the answer.
 *
 * @throws Problem `precondition-failed`, `range-not-satisfiable`
 */
export async function replyCached(c: Context<AppEnv>, served: ServedBody, more: MoreHeaders): Promise<Response | null> {
  const now = Date.now();
  const { contentType, bytes } = served.loaded;
  const headers = { ...cacheHeaders(served, served.loaded, now), ...defined(more) };
  const isHead = c.req.method === 'HEAD';
  if (verdictOn(c, served, served.loaded) === 'not-modified') {
    noteRead(c, served, isHead ? null : served.loaded, now);
    return c.body(null, 304, headers);
  }
  const range = rangeOf(c, served);
  const part = range ?? { offset: 0, length: bytes };
  const body = isHead ? EMPTY.stream() : await openBody(c, served, part);
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

/** 202 with the task that will bring the cache. */
export function replyPending(c: Context<AppEnv>, task: PendingTask, more: MoreHeaders): Response {
  const { taskId, state, error, dueAt } = task;
  const failure = error === null ? {} : { error: errorFor(error, isAdmin(c.get('identity'))) };
  const body = JSON.stringify({ task_id: taskId, task_state: state, ...failure });
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

function rangeOf(c: Context<AppEnv>, { entry, loaded }: ServedBody): BlobRange | null {
  const header = c.req.header('Range');
  if (c.req.method !== 'GET' || header === undefined) return null;
  if (!ifRangeHolds(c.req.header('If-Range'), etagOf(entry.key, loaded.changed))) return null;
  const range = singleByteRange(header, loaded.bytes);
  if (range !== 'unsatisfiable') return range;
  throw new Problem('range-not-satisfiable', `The body has ${loaded.bytes} bytes, and none of those asked for.`, {
    headers: { 'Content-Range': `bytes */${loaded.bytes}` },
  });
}

/** A part of the body; null when it has gone. The length of a stream is fixed, so that one cut short reads as broken off. */
async function openBody(
  c: Context<AppEnv>,
  { entry, loaded }: ServedBody,
  part: BlobRange,
): Promise<BlobContent | null> {
  if (part.length === 0) return EMPTY.stream();
  const range = { ...part, whole: loaded.bytes };
  const content = await c.get('services').blobs.get(entry.key, loaded.fence, 'body', range);
  return content instanceof ReadableStream ? content.pipeThrough(new FixedLengthStream(part.length)) : content;
}
