/**
 * What a socket carries while its hub sleeps: at most 16,384 bytes, of which the platform takes a few. Tags are 8 bytes each, so a
 * socket may be told of 1,000 caches.
 */

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
  const tags = new Set<string>();
  for (let at = 0; at < bytes.length; at += TAG_BYTES) {
    let tag = '';
    for (const byte of bytes.subarray(at, at + TAG_BYTES)) tag += HEX[byte];
    tags.add(tag);
  }
  return { ...rest, tags };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
