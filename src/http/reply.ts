/**
 * JSON answers as in the published API: in member order, without white space, with a strong ETag and always the same
 * headers.
 */

import type { Context } from 'hono';
import { JSON_TYPE } from '../contract/constants.ts';
import { evaluateConditions, preconditionFailed } from '../core/conditions.ts';
import { digestTag } from '../core/etag.ts';
import type { AppEnv } from './factory.ts';

interface ReplyOptions {
  status?: 200 | 201 | 202;
  headers?: Readonly<Record<string, string | undefined>>;
  /** Entity tag without quotes; the default is the digest of the body. */
  etag?: string;
}

const encoder = new TextEncoder();

/**
 * Answers with JSON. On GET and HEAD the request's conditions apply (304, 412). On POST and PUT the ETag is only sent:
 * before the work is done there is nothing to compare.
 *
 * @throws Problem `precondition-failed`
 */
export function replyJson(c: Context<AppEnv>, body: unknown, options: ReplyOptions = {}): Response {
  // The platform's types do not say which kind of buffer it is; it is always an ArrayBuffer.
  const bytes = encoder.encode(JSON.stringify(body)) as Uint8Array<ArrayBuffer>;
  const etag = options.etag ?? digestTag(bytes);
  c.header('Vary', 'Origin, Cookie');
  c.header('Cache-Control', 'private, no-cache');
  c.header('ETag', `"${etag}"`);
  for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) c.header(name, value);
  if (c.req.method === 'GET' || c.req.method === 'HEAD') {
    const verdict = evaluateConditions(conditionsOf(c), { etag, lastModified: null });
    if (verdict === 'not-modified') return c.body(null, 304);
    if (verdict === 'failed') throw preconditionFailed(etag);
  }
  return c.body(bytes, options.status ?? 200, {
    'Content-Type': JSON_TYPE,
    'Content-Length': String(bytes.length),
  });
}

/** Adds these warnings after the answer's own. Without warnings, returns the answer unchanged. */
export function warned<T extends { warnings?: string[] | undefined }>(answer: T, warnings: readonly string[]): T {
  const all = [...(answer.warnings ?? []), ...warnings];
  return all.length === 0 ? answer : { ...answer, warnings: all };
}

/** The conditions of a request, for core/conditions.ts. */
export function conditionsOf(c: Context<AppEnv>) {
  return {
    method: c.req.method,
    ifMatch: c.req.header('If-Match'),
    ifNoneMatch: c.req.header('If-None-Match'),
    ifModifiedSince: c.req.header('If-Modified-Since'),
    ifUnmodifiedSince: c.req.header('If-Unmodified-Since'),
  };
}

/** `Link` to the next page of this list (RFC 8288): the same URL with another cursor; undefined on the last page. */
export function nextLink(c: Context<AppEnv>, cursor: string | null): string | undefined {
  if (cursor === null) return undefined;
  const url = new URL(c.req.url);
  url.searchParams.set('cursor', cursor);
  return `<${url.pathname}${url.search}>; rel="next"`;
}
