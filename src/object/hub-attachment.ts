/**
 * What a socket carries while its hub sleeps: at most 16,384 bytes, of which the platform takes a few. Tags are 8 bytes each, so a
 * socket may be told of 1,000 caches.
 */

import { Buffer } from 'node:buffer';
import * as v from 'valibot';
import { TAG_DIGITS } from '../core/etag.ts';
import type { Socket } from '../core/live-hub/hub.ts';

const TAG_BYTES = TAG_DIGITS / 2;

const Attachment = v.object({
  id: v.string(),
  user: v.string(),
  device: v.string(),
  openedAt: v.number(),
  expiresAt: v.number(),
  seq: v.number(),
  toldUntil: v.number(),
  tags: v.instance(Uint8Array),
});

/** Writes down what the hub knows of a socket. */
export function attach(webSocket: WebSocket, { tags, ...rest }: Socket): void {
  const bytes = new Uint8Array(tags.size * TAG_BYTES);
  let at = 0;
  for (const tag of tags) {
    for (let digit = 0; digit < TAG_DIGITS; digit += 2) bytes[at++] = Number.parseInt(tag.slice(digit, digit + 2), 16);
  }
  webSocket.serializeAttachment({ ...rest, tags: bytes });
}

/** What was written down; null: the hub never knew the socket. */
export function attached(webSocket: WebSocket): Socket | null {
  const { success, output } = v.safeParse(Attachment, webSocket.deserializeAttachment());
  if (!success) return null;
  const { tags: bytes, ...rest } = output;
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  const tags = new Set<string>();
  for (let at = 0; at < digits.length; at += TAG_DIGITS) tags.add(digits.slice(at, at + TAG_DIGITS));
  return { ...rest, tags };
}
