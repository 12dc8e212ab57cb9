/** The answer to `/sync/` as one JSON text, sent once all items are known. */

import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import { HEADER, JSON_TYPE, MAX_SYNC_HOLD_S } from '../contract/constants.ts';
import type { SyncItemAnswer } from '../contract/sync.ts';
import { preferenceApplied } from '../core/prefer.ts';
import { timestamp } from '../core/timestamp.ts';
import { type SyncedItem, syncCaches } from '../flows/read/sync-caches.ts';
import { streamOf } from '../stores/blob-content.ts';
import type { AppEnv } from './factory.ts';
import { isServed } from './sync-item.ts';
import { ItemWriter } from './sync-pieces.ts';
import { type AskedSync, isLeftOut, SYNC_HEADERS } from './sync-question.ts';

const FORM = {
  alone: (item: SyncItemAnswer) => JSON.stringify(item),
  before: (item: SyncItemAnswer) => `${JSON.stringify(item).slice(0, -1)},"body":`,
  after: '}',
};

/** Answers 200 with all items, in the order of the request. */
export async function replySync(c: Context<AppEnv>, asked: AskedSync): Promise<Response> {
  const { read, minimal } = asked;
  const services = c.get('services');
  const all: SyncedItem[] = [];
  for await (const some of syncCaches(services, read)) all.push(...some);
  const items = all.filter((item) => !isLeftOut(item, minimal)).sort((a, b) => a.at - b.at);
  const writer = new ItemWriter(c, FORM, asked);
  const planned = writer.plan(items);
  const head = { user: read.identity.user, now: timestamp(Date.now()), live: read.live?.answer ?? undefined };
  const headers = { ...SYNC_HEADERS, ...applied(read.preferences, minimal, all), 'Content-Type': JSON_TYPE };
  if (planned.size === 0) {
    const text = JSON.stringify({ ...head, caches: items.map((item) => writer.alone(item)) });
    for (const item of all) if (isLeftOut(item, minimal)) writer.see(item);
    writer.note();
    return c.body(text, 200, { ...headers, 'Content-Length': String(Buffer.byteLength(text)) });
  }
  const begin = `${JSON.stringify(head).slice(0, -1)},"caches":[`;
  const pieces = noted(writer, writer.pieces(items, planned, { begin, separator: ',', end: ']}' }));
  return c.body(streamOf(pieces, null, services.waitUntil), 200, headers);
}

/** Notes at the end what the device was given, even if the answer was cut off. */
export async function* noted(
  writer: ItemWriter,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* pieces;
  } finally {
    writer.note();
  }
}

/** The preferences for loads had an effect only if the request waited for a load, or would have waited. */
function applied(
  preferences: AskedSync['read']['preferences'],
  minimal: boolean,
  items: readonly SyncedItem[],
): Record<string, string> {
  const waited = items.some((item) => 'answer' in item && (!isServed(item) || item.answer.served.forwarded !== null));
  const { respondAsync, waitS } = preferences;
  const honoured = { respondAsync, waitS: waitS === null ? null : Math.min(waitS, MAX_SYNC_HOLD_S) };
  const parts = [minimal ? 'return=minimal' : undefined, waited ? preferenceApplied(honoured) : undefined];
  const text = parts.filter((part) => part !== undefined).join(', ');
  return text === '' ? {} : { [HEADER.preferenceApplied]: text };
}
