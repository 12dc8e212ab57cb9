/**
 * The data that a socket carries while its hub sleeps: at most 16,384 bytes, of which the platform uses a few. A tag
 * has 8 bytes, so a socket may be told of 1,000 caches.
 */

import { Buffer } from 'node:buffer';
import { TAG_DIGITS } from '../core/etag.ts';
import type { NewSocket, Socket } from '../core/live-hub/hub.ts';

const TAG_BYTES = TAG_DIGITS / 2;

/**
 * The stored form of a socket. Only this file writes it. It is compact because a hub that wakes reads thousands of them
 * at once.
 */
type Attachment = Omit<Socket, 'tags'> & { tags: Uint8Array };

/** Stores what the hub knows of a socket in its attachment. */
export function attach(webSocket: WebSocket, { tags, ...rest }: Socket): void {
  const bytes = new Uint8Array(tags.size * TAG_BYTES);
  let at = 0;
  for (const tag of tags) {
    for (let digit = 0; digit < TAG_DIGITS; digit += 2) bytes[at++] = Number.parseInt(tag.slice(digit, digit + 2), 16);
  }
  webSocket.serializeAttachment({ ...rest, tags: bytes });
}

/** Reads the attachment; null: the hub never knew the socket, or has ended it. */
export function attached(webSocket: WebSocket): NewSocket | null {
  const kept = webSocket.deserializeAttachment() as Attachment | null;
  if (kept === null) return null;
  const { tags: bytes, ...rest } = kept;
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  const tags: string[] = [];
  for (let at = 0; at < digits.length; at += TAG_DIGITS) tags.push(digits.slice(at, at + TAG_DIGITS));
  return { ...rest, tags };
}
