/** DESIGN "Rows, id map and deltas": a delta is folded once a location, and what is held for it stays within its share. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FoldedDelta } from '../../src/ports/blobs.ts';
import { MEMORY_SHARES } from '../../src/ports/memory-shares.ts';
import { type EdgeCache, edgeCache, NO_EDGE_CACHE } from '../../src/stores/edge-cache.ts';
import { foldedDeltas, foldingBytes, HELD_PER_STORED_BYTE } from '../../src/stores/folded-deltas.ts';
import { unique } from '../support/entries.ts';

const EDGE = edgeCache('http://freshet.test/');
const PIECE_BYTES = 65_536;
const SMALL = 1000;
const LARGE = 1_000_000;

/** Pieces of so many bytes in all, which differ by their place. */
function piecesOf(bytes: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_piece, n) =>
    new Uint8Array(Math.min(PIECE_BYTES, bytes - n * PIECE_BYTES)).fill(n + 1),
  );
}

/** A fold that counts how often it is made. */
function countedFold(bytes: number, storedBytes = bytes) {
  const fold = {
    made: 0,
    storedBytes,
    async make() {
      fold.made += 1;
      await scheduler.wait(1);
      return piecesOf(bytes);
    },
  };
  return fold;
}

function store(edge: EdgeCache = EDGE, patienceMs?: number) {
  const work: Promise<unknown>[] = [];
  const deltas = foldedDeltas(edge, (promise) => work.push(promise), patienceMs);
  return { deltas, settled: () => Promise.all(work) };
}

async function sumOf(folded: FoldedDelta | null): Promise<string> {
  if (folded === null) return 'none';
  const bytes = new Uint8Array(await new Response(folded.body).arrayBuffer());
  expect(bytes.byteLength).toBe(folded.bytes);
  return `${bytes.byteLength} bytes, sum ${bytes.reduce((sum, byte) => sum + byte, 0)}`;
}
const expectedOf = (bytes: number) => sumOf({ body: new Blob(piecesOf(bytes)).stream(), bytes });
/** Room that the work of these stored bytes takes. */
const roomOf = (bytes: number) => bytes * HELD_PER_STORED_BYTE;

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let next = await reader.read(); !next.done; ) next = await reader.read();
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a folded delta', () => {
  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('that many want at once is folded once, when it is %s', async (_name, bytes) => {
    const key = unique('fold');
    const fold = countedFold(bytes);
    const { deltas, settled } = store();
    const herd = await Promise.all(Array.from({ length: 30 }, () => deltas.get(key, 1, 3, fold)));
    expect(new Set(await Promise.all(herd.map(sumOf)))).toEqual(new Set([await expectedOf(bytes)]));
    expect(fold.made).toBe(1);
    await settled();
    expect(foldingBytes()).toBe(0);
  });

  it('that is large is read from the edge as a stream, and holds nothing here while nobody reads on', async () => {
    const key = unique('fold');
    const fold = countedFold(LARGE);
    const { deltas } = store();
    const opened = await Promise.all(Array.from({ length: 10 }, () => deltas.get(key, 1, 3, fold)));
    for (const folded of opened) expect(folded?.body).toBeInstanceOf(ReadableStream);
    expect([fold.made, foldingBytes()]).toEqual([1, 0]);
    for (const folded of opened) expect(await sumOf(folded)).toBe(await expectedOf(LARGE));
  });

  it('is found by another isolate of the location', async () => {
    const key = unique('fold');
    const first = store();
    for (const bytes of [SMALL, LARGE]) {
      await sumOf(await first.deltas.get(key, 1, bytes, countedFold(bytes)));
      await first.settled();
      const kept = await EDGE.match(`/.freshet/delta/1/${key}/1/${bytes}`);
      expect(await sumOf(kept?.body ? { body: kept.body, bytes } : null)).toBe(await expectedOf(bytes));
    }
  });

  it('that cannot be read gives its room back, and the next one tries', async () => {
    const key = unique('fold');
    const { deltas } = store();
    const lost = { storedBytes: LARGE, make: async () => null };
    const broken = { storedBytes: LARGE, make: () => Promise.reject(new Error('R2 fails')) };
    expect(await deltas.get(key, 1, 3, lost)).toBeNull();
    await expect(deltas.get(key, 1, 3, broken)).rejects.toThrow('R2 fails');
    expect(foldingBytes()).toBe(0);
    expect(await sumOf(await deltas.get(key, 1, 3, countedFold(SMALL)))).toBe(await expectedOf(SMALL));
  });
});

describe('where the edge keeps nothing, a large folded delta', () => {
  it('is held once for all who read it, until the last has it', async () => {
    const key = unique('fold');
    const fold = countedFold(LARGE);
    const { deltas, settled } = store(NO_EDGE_CACHE);
    const opened = await Promise.all(Array.from({ length: 20 }, () => deltas.get(key, 1, 3, fold)));
    expect([fold.made, foldingBytes()]).toEqual([1, LARGE]);
    for (const folded of opened) expect(await sumOf(folded)).toBe(await expectedOf(LARGE));
    await settled();
    expect(foldingBytes()).toBe(0);
  });

  it('is let go of by a reader that leaves', async () => {
    const key = unique('fold');
    const { deltas, settled } = store(NO_EDGE_CACHE);
    const folded = await deltas.get(key, 1, 3, countedFold(LARGE));
    if (folded?.body instanceof ReadableStream) await folded.body.cancel();
    await settled();
    expect(foldingBytes()).toBe(0);
  });

  it('is broken off for a reader that takes nothing for two minutes, and held no longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const { deltas, settled } = store(NO_EDGE_CACHE, 20);
    const folded = await deltas.get(unique('fold'), 1, 3, countedFold(LARGE));
    if (!(folded?.body instanceof ReadableStream)) throw new Error('no stream');
    const reader = folded.body.getReader();
    await reader.read();
    vi.setSystemTime(Date.now() + 120_001);
    expect(foldingBytes()).toBe(0);
    await expect(readToEnd(reader)).rejects.toThrow('two minutes');
    await settled();
    expect(foldingBytes()).toBe(0);
  });

  it('is folded again for the next reader when its reader took nothing for two minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const key = unique('fold');
    const fold = countedFold(LARGE);
    const { deltas, settled } = store(NO_EDGE_CACHE, 20);
    const stalled = await deltas.get(key, 1, 3, fold);
    vi.setSystemTime(Date.now() + 120_001);
    const next = await deltas.get(key, 1, 3, fold);
    expect(fold.made).toBe(2);
    expect(foldingBytes()).toBe(LARGE);
    expect(await sumOf(next)).toBe(await expectedOf(LARGE));
    await expect(sumOf(stalled)).rejects.toThrow('two minutes');
    await settled();
    expect(foldingBytes()).toBe(0);
  });

  it('beyond the room of an isolate is none, so that the full table is the answer', async () => {
    const { deltas, settled } = store(NO_EDGE_CACHE, 20);
    const wanted = Array.from({ length: 60 }, (_one, n) => countedFold(LARGE + n));
    const opened = await Promise.all(wanted.map((fold) => deltas.get(unique('fold'), 1, 3, fold)));
    expect(foldingBytes()).toBeLessThanOrEqual(MEMORY_SHARES.folds);
    const had = opened.filter((folded) => folded !== null);
    expect(had.length).toBeGreaterThanOrEqual(Math.floor(MEMORY_SHARES.folds / roomOf(LARGE + 60)));
    expect(had.length).toBeLessThanOrEqual(MEMORY_SHARES.folds / LARGE);
    expect(wanted.reduce((sum, { made }) => sum + made, 0)).toBe(had.length);
    await Promise.all(had.map(sumOf));
    await settled();
    expect(foldingBytes()).toBe(0);
    expect(await sumOf(await deltas.get(unique('fold'), 1, 3, countedFold(LARGE)))).toBe(await expectedOf(LARGE));
  });
});
