/** Records what a probe reads, and decides where it stops. */

import { PROBE_BYTES, type ProbedPage } from '../../contract/probe.ts';
import type { Fetch } from '../../origin/fetch-origin.ts';

/** What the probe has seen so far. */
export interface Seen {
  status: number | null;
  contentType: string | null;
  bytes: number;
  cut: boolean;
  pages: ProbedPage[];
}

/** A `fetch` that records status and type of the last answer. */
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

/** Whether the probe reads no further; the rest of the answer is cut off. */
export function isFull(seen: Seen, piece: Uint8Array): boolean {
  seen.bytes += piece.byteLength;
  const page = seen.pages.at(-1);
  if (page !== undefined) page.bytes += piece.byteLength;
  seen.cut = seen.bytes >= PROBE_BYTES;
  return seen.cut;
}
