/** One byte range of a body (RFC 9110 sections 14.1.2 and 14.2). A server may ignore `Range`: what this leaves out gets the full body. */

import type { BlobRange } from '../contract/stores.ts';

const SINGLE = /^bytes=[ \t]*(?:([0-9]{1,15})-([0-9]{1,15})?|-([0-9]{1,15}))[ \t]*$/i;

/** The range that a `Range` header asks of a body of `size` bytes; null: none, several, or none that the body has. */
export function singleByteRange(header: string, size: number): BlobRange | null {
  const match = SINGLE.exec(header);
  if (match === null) return null;
  const [, first, last, suffix] = match;
  const offset = suffix === undefined ? Number(first) : Math.max(0, size - Number(suffix));
  const end = last === undefined ? size : Math.min(Number(last) + 1, size);
  return end > offset ? { offset, length: end - offset } : null;
}

/** `Content-Range` of a part of a body of `size` bytes. */
export function contentRange(range: BlobRange, size: number): string {
  return `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`;
}

/**
 * Whether `If-Range` lets the range stand: by strong comparison with the current tag, given without quotes. A date never
 * does, since two loads within a second could share it (RFC 9110 section 13.1.5).
 */
export function ifRangeHolds(header: string | undefined, etag: string): boolean {
  return header === undefined || header.trim() === `"${etag}"`;
}
