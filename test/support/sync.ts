/** Questions to `/sync/`, and their answers. */

import type * as v from 'valibot';
import type { SyncAnswer, SyncItemAnswer } from '../../src/contract/sync.ts';
import type { Client, Headers } from './client.ts';

export type Synced = v.InferOutput<typeof SyncAnswer>;

/** Asks in JSON; fails unless the answer is 200. */
export async function syncOf(client: Client, caches: readonly unknown[], more: object = {}, headers: Headers = {}) {
  const response = await client.post('/sync/', { caches, ...more }, headers);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return { response, text, ...(JSON.parse(text) as Synced) };
}

/** An item of an answer in lines, with the bytes of its body; null: it has none. */
export interface SyncedLine {
  item: SyncItemAnswer;
  body: string | null;
}

/** Reads an answer in lines; `end` is its last line, null if it was cut. */
export function readLines(text: string): {
  items: SyncedLine[];
  end: { user: string; now: string; live?: string } | null;
} {
  const lines = text.split('\n');
  const items: SyncedLine[] = [];
  let end = null;
  for (let at = 0; at < lines.length - 1; at += 1) {
    const read = JSON.parse(lines[at] ?? '');
    if (read.end === true) end = read;
    else if (read.lines === 1) {
      at += 1;
      items.push({ item: read, body: lines[at] ?? null });
    } else items.push({ item: read, body: null });
  }
  return { items, end };
}
