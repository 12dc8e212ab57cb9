/**
 * The answer to `/sync/` as lines of JSON: each item as soon as it is known, a body byte for byte on the line after its
 * item. The last line says that the answer is complete.
 */

import type { Context } from 'hono';
import { HEADER, LINES_TYPE } from '../contract/constants.ts';
import type { SyncItemAnswer } from '../contract/sync.ts';
import { acceptsGzip } from '../core/accept.ts';
import { timestamp } from '../core/timestamp.ts';
import { inlineSize } from '../flows/read/inline-bodies.ts';
import { type SyncedItem, syncCaches } from '../flows/read/sync-caches.ts';
import { streamOf } from '../stores/blob-content.ts';
import type { AppEnv } from './factory.ts';
import { gzipped, takeCompressor } from './gzip.ts';
import { isServed } from './sync-item.ts';
import { noted } from './sync-json.ts';
import { ItemWriter } from './sync-pieces.ts';
import { type AskedSync, isLeftOut, SYNC_HEADERS } from './sync-question.ts';

const FORM = {
  alone: (item: SyncItemAnswer) => `${JSON.stringify(item)}\n`,
  before: (item: SyncItemAnswer) => `${JSON.stringify({ ...item, lines: 1 })}\n`,
  after: '\n',
};

/**
 * Answers 200 with one line per item. Compresses here if the client accepts gzip, because the edge does not compress
 * this type.
 */
export function replySyncLines(c: Context<AppEnv>, asked: AskedSync): Response {
  const { waitUntil } = c.get('services');
  const writer = new ItemWriter(c, FORM, asked);
  const lines = noted(writer, linesOf(c, asked, writer));
  const headers = {
    ...SYNC_HEADERS,
    'Content-Type': LINES_TYPE,
    ...(asked.minimal ? { [HEADER.preferenceApplied]: 'return=minimal' } : {}),
  };
  const taken = acceptsGzip(acceptedEncodings(c)) ? takeCompressor() : null;
  if (taken === null) return c.body(streamOf(lines, null, waitUntil), 200, headers);
  const packed = streamOf(gzipped(lines, taken), null, waitUntil);
  const answer = c.body(packed, 200, { ...headers, 'Content-Encoding': 'gzip' });
  // Otherwise the platform would compress the body a second time.
  return new Response(answer.body, { headers: answer.headers, encodeBody: 'manual' });
}

/**
 * Returns the client's own `Accept-Encoding`. The platform replaces the header with its own, and would pass compressed
 * bytes on unchanged.
 *
 * @see https://developers.cloudflare.com/fundamentals/reference/http-headers/#accept-encoding
 */
function acceptedEncodings(c: Context<AppEnv>): string {
  const own = c.req.raw.cf?.clientAcceptEncoding;
  return typeof own === 'string' ? own : (c.req.header('Accept-Encoding') ?? '');
}

async function* linesOf(
  c: Context<AppEnv>,
  { read, minimal }: AskedSync,
  writer: ItemWriter,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const some of syncCaches(c.get('services'), read)) {
    const items = some.filter((item) => !isLeftOut(item, minimal));
    for (const item of some) if (isLeftOut(item, minimal)) writer.see(item);
    const sizes = new Map(items.map((item) => [item, sizeOf(item)]));
    items.sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0) || a.at - b.at);
    if (items.length > 0) yield* writer.pieces(items, writer.plan(items));
  }
  const end = {
    end: true,
    user: read.identity.user,
    now: timestamp(Date.now()),
    ...(read.live?.answer == null ? {} : { live: read.live.answer }),
  };
  yield new TextEncoder().encode(`${JSON.stringify(end)}\n`);
}

function sizeOf(item: SyncedItem): number {
  return isServed(item) ? (inlineSize(item) ?? 0) : 0;
}
