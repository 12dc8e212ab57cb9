/**
 * One byte range of a body (RFC 9110 sections 14.1.2, 14.2 and 15.5.17). A server may ignore `Range`: other ranges get
 * the full body.
 */

import type { BlobRange } from '../ports/blobs.ts';

const SINGLE = /^bytes=[ \t]*(?:([0-9]+)-([0-9]+)?|-([0-9]+))[ \t]*$/i;

/**
 * The range that a `Range` header requests of a body of `size` bytes. Null: no range, several, or the end of an empty
 * body. `unsatisfiable`: the body has no byte of it, as when a client that has the whole body requests the rest.
 */
export function singleByteRange(header: string, size: number): BlobRange | 'unsatisfiable' | null {
  const match = SINGLE.exec(header);
  if (match === null) return null;
  const [, first, last, suffix] = match;
  if (suffix === undefined && last !== undefined && Number(last) < Number(first)) return null;
  if (suffix === undefined ? Number(first) >= size : Number(suffix) === 0) return 'unsatisfiable';
  const offset = suffix === undefined ? Number(first) : Math.max(0, size - Number(suffix));
  const end = last === undefined ? size : Math.min(Number(last) + 1, size);
  return end > offset ? { offset, length: end - offset } : null;
}

/** `Content-Range` of a part of a body of `size` bytes. */
export function contentRange(range: BlobRange, size: number): string {
  return `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`;
}

/**
 * Whether `If-Range` permits the range, by strong comparison with the current tag, which is given without quotes. A
 * date never does, since two loads within one second could share it (RFC 9110 section 13.1.5).
 */
export function ifRangeHolds(header: string | undefined, etag: string): boolean {
  return header === undefined || header.trim() === `"${etag}"`;
}
