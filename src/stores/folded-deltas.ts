/**
 * Folded deltas (DESIGN "Rows, id map and deltas"), each made once per location. Small ones stay in isolate memory. A
 * larger one is put to the edge while it is made, and streams from there to its readers. An existing one is never
 * overwritten: version numbers are never reused.
 *
 *   memory ── else ── edge ── else ── is somebody here folding it? ── no ── room for it? ── fold, put to the edge
 *                                       yes: wait for the end          none: wait, at most 3 s, then there is no fold
 *
 * Where the edge keeps nothing, a larger one is held for its readers, as one copy for all of them, and counts as being
 * folded until the last reader has it. If no reader takes a piece for 2 minutes, all are broken off.
 */

import { log } from '../log.ts';
import type { Fold, FoldedDelta, FoldedDeltas } from '../ports/blobs.ts';
import { MEMORY_SHARES } from '../ports/memory-shares.ts';
import { sleep, withTimeout } from '../waiting.ts';
import { readWhole, streamOf } from './blob-content.ts';
import { BoundedMap } from './bounded-map.ts';
import { ByteRoom, type Taken } from './byte-room.ts';
import { MAX_HOT_BYTES } from './cached-blobs.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';

/** How long a folded delta stays at the edge, s: most devices come within this time after a new version. */
const EDGE_TTL_S = 3600;
/** Most bytes held by a fold per byte of the stored deltas: those bytes, the body, and lists of ids. */
export const HELD_PER_STORED_BYTE = 2.5;
/** How long a request waits for a fold by another request, for room for one, or for the edge, ms. */
const PATIENCE_MS = 3000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;
/** How long a fold counts at most, ms; and how long a held body counts after a reader last took a piece. */
const FOLDING_MS = 15_000;
const READING_MS = 120_000;

const hot = new BoundedMap<Uint8Array<ArrayBuffer>>(MEMORY_SHARES.hotDeltas, (bytes) => bytes.byteLength);
const room = new ByteRoom(MEMORY_SHARES.folds);
/** What is being folded, and how long others wait for it, ms since the epoch. */
const folding = new Map<string, number>();
/** Bodies that the edge did not keep, while they are read. */
const beingRead = new Map<string, SharedBody>();

interface SharedBody {
  /** Empty once `until` has passed: the remaining readers are broken off. */
  pieces: readonly Uint8Array<ArrayBuffer>[];
  bytes: number;
  readers: number;
  taken: Taken;
  /** Ms since the epoch: after it, the readers have stalled, or the platform has ended them. */
  until: number;
}

/** Bytes in isolate memory, for tests. */
export function hotDeltaBytes(): number {
  return hot.weight;
}

/** Bytes held for folds now, for tests. */
export function foldingBytes(): number {
  return room.bytesTaken(Date.now());
}

/** Folded deltas in isolate memory and in `edge`; writing them may continue after the answer. */
export function foldedDeltas(
  edge: EdgeCache,
  waitUntil: (work: Promise<unknown>) => void,
  patienceMs = PATIENCE_MS,
): FoldedDeltas {
  return {
    async get(key, from, to, fold) {
      const url = urlOf(key, from, to);
      const deadline = Date.now() + patienceMs;
      for (let pauseMs = FIRST_PAUSE_MS, askEdge = true; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        const found = inMemory(url) ?? (askEdge ? await atEdge(url) : null) ?? inMemory(url);
        if (found !== null) return found;
        // No `await` from here to the beginning of the fold, since otherwise two requests would make the same fold.
        const isFolding = isBeingFolded(url);
        const taken = isFolding ? null : takeRoom(fold);
        if (taken !== null) return foldInto(url, fold, taken);
        if (Date.now() >= deadline) return null;
        await sleep(pauseMs);
        // The edge has it once the other fold has ended.
        askEdge = isFolding && !isBeingFolded(url);
      }
    },
  };

  function inMemory(url: string): FoldedDelta | null {
    const bytes = hot.get(url);
    if (bytes !== undefined) return { body: bytes, bytes: bytes.byteLength };
    dropPast(Date.now());
    const body = beingRead.get(url);
    return body === undefined ? null : readShared(url, body);
  }

  async function atEdge(url: string): Promise<FoldedDelta | null> {
    const kept = await edge.match(url);
    if (kept === null || kept.body === null) return null;
    const bytes = Number(kept.headers.get('Content-Length') ?? Number.NaN);
    if (bytes > MAX_HOT_BYTES) return { body: kept.body.pipeThrough(new FixedLengthStream(bytes)), bytes };
    if (Number.isNaN(bytes)) {
      await kept.body.cancel();
      return null;
    }
    const body = await readWhole(kept.body, bytes);
    if (body === null) return null;
    hot.set(url, body);
    return { body, bytes };
  }

  async function foldInto(url: string, fold: Fold, taken: Taken): Promise<FoldedDelta | null> {
    folding.set(url, Date.now() + FOLDING_MS);
    let isHeld = false;
    try {
      const pieces = await fold.make();
      if (pieces === null) return null;
      const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      if (bytes <= MAX_HOT_BYTES) {
        const body = joined(pieces, bytes);
        hot.set(url, body);
        waitUntil(edge.put(url, body, EDGE_TTL_S));
        return { body, bytes };
      }
      taken.change(bytes);
      const kept = await putAndFind(url, pieces, bytes);
      if (kept !== null) return kept;
      isHeld = true;
      const body: SharedBody = { pieces, bytes, readers: 0, taken, until: 0 };
      keepShared(body);
      beingRead.set(url, body);
      return readShared(url, body);
    } finally {
      folding.delete(url);
      if (!isHeld) taken.release();
    }
  }

  async function putAndFind(url: string, pieces: readonly Uint8Array[], bytes: number): Promise<FoldedDelta | null> {
    try {
      await withTimeout(edge.put(url, streamOf(pieces, bytes, waitUntil), EDGE_TTL_S), PATIENCE_MS);
      return await atEdge(url);
    } catch (error) {
      log('warn', 'folded_delta.not_kept', { url, error });
      return null;
    }
  }

  /** A separate reader of the shared pieces. */
  function readShared(url: string, body: SharedBody): FoldedDelta {
    body.readers += 1;
    return { body: streamOf(read(url, body), body.bytes, waitUntil), bytes: body.bytes };
  }
}

function* read(url: string, body: SharedBody): Generator<Uint8Array> {
  const count = body.pieces.length;
  try {
    for (let at = 0; at < count; at++) {
      if (body.until <= Date.now()) body.pieces = [];
      const piece = body.pieces[at];
      if (piece === undefined) throw new Error('nobody took a piece of the delta for two minutes');
      keepShared(body);
      yield piece;
    }
  } finally {
    body.readers -= 1;
    if (body.readers === 0) {
      if (beingRead.get(url) === body) beingRead.delete(url);
      body.taken.release();
    }
  }
}

function keepShared(body: SharedBody): void {
  body.until = Date.now() + READING_MS;
  body.taken.keepUntil(body.until);
}

/**
 * If the platform ended a reader, no code runs that could release what it held. A reader that only stalled finds its
 * pieces gone: what no longer counts must not be held.
 */
function dropPast(now: number): void {
  for (const [url, body] of beingRead) {
    if (body.until > now) continue;
    body.pieces = [];
    beingRead.delete(url);
  }
  for (const [url, until] of folding) if (until <= now) folding.delete(url);
}

function isBeingFolded(url: string): boolean {
  return (folding.get(url) ?? 0) > Date.now();
}

function takeRoom({ storedBytes }: Fold): Taken | null {
  const now = Date.now();
  dropPast(now);
  return room.take(storedBytes * HELD_PER_STORED_BYTE, now + FOLDING_MS, now);
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** The number identifies the format of a delta's body: two releases that run at the same time must not read each other's. */
function urlOf(key: string, from: number, to: number): string {
  return edgeUrl('delta', 1, key, from, to);
}
