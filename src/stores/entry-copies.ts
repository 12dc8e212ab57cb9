/**
 * Copies of looked-up entries: in the location's edge cache, where they may be current, and in isolate memory, where
 * they serve those who wait and as last known only, for another isolate of the location may know better.
 */

import type { Entry } from '../contract/entry.ts';
import type { ResourceMark } from '../contract/stores.ts';
import { log } from '../log.ts';
import { BoundedMap } from './bounded-map.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';

/** What is known of a key; an `entry` of null is knowledge too: D1 had none. */
export interface EntryCopy {
  entry: Entry | null;
  mark: ResourceMark | null;
  /** When D1 told the mark, ms; 0: never. */
  markAt: number;
  /** Where D1 was then, where replicas may answer: the next one that is asked must know as much. */
  bookmark?: string;
  /** Until then the location takes it as current, ms. */
  currentUntil: number;
}

/** How long a copy stays as last known after it was current, ms. */
const LAST_KNOWN_MS = 60_000;
/** Bytes of all copies in an isolate, roughly; of an entry without its chain, and of one link. */
const MEMORY_BYTES = 8 * 1024 * 1024;
const ENTRY_BYTES = 2000;
const LINK_BYTES = 200;

interface Remembered {
  copy: EntryCopy;
  /** Count of what this isolate had learnt when it learnt this. */
  turn: number;
}
const memory = new BoundedMap<Remembered>(MEMORY_BYTES, bytesOf);
let turns = 0;

/** Copies as they lay at the edge when this isolate last read or put them, by their ETag: a chain is long to parse. */
const seenAtEdge = new BoundedMap<{ copy: EntryCopy; etag: string }>(MEMORY_BYTES, bytesOf);

function bytesOf({ copy }: { copy: EntryCopy }): number {
  return ENTRY_BYTES + LINK_BYTES * (copy.entry?.chain.length ?? 0);
}

/** The newest of both in each member: the entry by its revision, the mark by when D1 told it. */
export function mergeCopies(a: EntryCopy, b: EntryCopy | null): EntryCopy {
  if (b === null) return a;
  const { mark, markAt, bookmark } = a.markAt >= b.markAt ? a : b;
  return {
    entry: revisionOf(a) >= revisionOf(b) ? a.entry : b.entry,
    mark,
    markAt,
    ...(bookmark === undefined ? {} : { bookmark }),
    currentUntil: Math.max(a.currentUntil, b.currentUntil),
  };
}

/** Revision of a copy's entry; 0 for none. */
export function revisionOf(copy: EntryCopy | null): number {
  return copy?.entry?.revision ?? 0;
}

/** Counts what the isolate has learnt: whoever waits takes only what came after its own arrival. */
export function turnNow(): number {
  return turns;
}

/** Counts on, for something learnt that is no copy: that D1 does not answer. */
export function nextTurn(): number {
  turns += 1;
  return turns;
}

/** What the isolate has learnt of a key since a turn; null: nothing. */
export function learntSince(key: string, turn: number): EntryCopy | null {
  const found = memory.get(key);
  return found !== undefined && found.turn > turn ? found.copy : null;
}

/** What the isolate knows of a key, current or last known. */
export function inMemory(key: string, now: number): EntryCopy | null {
  const found = memory.get(key);
  return found !== undefined && isKnown(found.copy, now) ? found.copy : null;
}

/** Keeps what D1 or an object told; the merged copy. */
export function learn(key: string, copy: EntryCopy, now: number): EntryCopy {
  const merged = mergeCopies(copy, inMemory(key, now));
  memory.set(key, { copy: merged, turn: nextTurn() });
  return merged;
}

/** Keeps what the location knew before, or prolongs it, without telling those who wait for an answer of D1. */
export function keepKnown(key: string, copy: EntryCopy): void {
  const found = memory.get(key);
  memory.set(key, { copy: mergeCopies(copy, found?.copy ?? null), turn: found?.turn ?? 0 });
}

/** What is known here of a key, and whether the location takes it as current. */
export async function knownHere(
  edge: EdgeCache,
  key: string,
  now: number,
): Promise<{ copy: EntryCopy | null; isCurrent: boolean }> {
  const kept = await atEdge(edge, key, now);
  const remembered = inMemory(key, now);
  if (kept === null) return { copy: remembered, isCurrent: false };
  return { copy: mergeCopies(kept, remembered), isCurrent: kept.currentUntil > now };
}

/** Puts a copy to the edge, unless a higher revision lies there. */
export async function putToEdge(edge: EdgeCache, key: string, copy: EntryCopy, now: number): Promise<void> {
  const there = await atEdge(edge, key, now);
  if (revisionOf(there) > revisionOf(copy)) return;
  const merged = mergeCopies(copy, there);
  const ttlMs = Math.max(merged.currentUntil - now, 0) + LAST_KNOWN_MS;
  const etag = etagOf(merged);
  seenAtEdge.set(key, { copy: merged, etag });
  await edge.put(urlOf(key), JSON.stringify(merged), Math.ceil(ttlMs / 1000), etag);
}

async function atEdge(edge: EdgeCache, key: string, now: number): Promise<EntryCopy | null> {
  const found = await edge.match(urlOf(key));
  if (found === null) return null;
  try {
    const copy = await read(found, key);
    return isKnown(copy, now) ? copy : null;
  } catch (error) {
    // A copy that breaks off counts as not kept.
    log('warn', 'edge_cache.copy_broken', { key, error });
    return null;
  }
}

async function read(found: Response, key: string): Promise<EntryCopy> {
  const etag = found.headers.get('ETag');
  const seen = seenAtEdge.get(key);
  if (seen !== undefined && seen.etag === etag) return seen.copy;
  const copy = await found.json<EntryCopy>();
  if (etag !== null) seenAtEdge.set(key, { copy, etag });
  return copy;
}

/** Two copies of a key with the same tag are the same. */
function etagOf({ entry, mark, markAt, currentUntil }: EntryCopy): string {
  const parts = [entry?.revision, mark?.number, mark?.purged, mark?.deleted, markAt, currentUntil];
  return `"${parts.join(' ')}"`;
}

function isKnown(copy: EntryCopy, now: number): boolean {
  return now < copy.currentUntil + LAST_KNOWN_MS;
}

/** The number is that of the copy's form: two releases at once must not read each other's. */
function urlOf(key: string): string {
  return edgeUrl('entry', 1, key);
}
