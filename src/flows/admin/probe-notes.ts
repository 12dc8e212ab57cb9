/** What a probe notes of the answers that it reads, and where it stops. */

import { PROBE_BYTES, type ProbedPage } from '../../contract/probe.ts';
import type { Fetch } from '../../origin/fetch-origin.ts';

/** What was seen so far. */
export interface Seen {
  status: number | null;
  contentType: string | null;
  bytes: number;
  cut: boolean;
  pages: ProbedPage[];
}

/** `fetch`, which notes the last answer's status and type. */
export function watched(seen: Seen, fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    seen.status = response.status;
    seen.contentType = response.headers.get('Content-Type');
    const page = seen.pages.at(-1);
    if (page !== undefined) page.status = response.status;
    return response;
  };
}

/** Whether a probe reads no further; then its answer is cut. */
export function isFull(seen: Seen, piece: Uint8Array): boolean {
  seen.bytes += piece.byteLength;
  const page = seen.pages.at(-1);
  if (page !== undefined) page.bytes += piece.byteLength;
  seen.cut = seen.bytes >= PROBE_BYTES;
  return seen.cut;
}
