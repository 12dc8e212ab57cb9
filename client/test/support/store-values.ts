/** Values that tests keep in stores. */

import type { Chunk, Meta, Stored, StoredChange, StoreHandle } from '../../src/store/store.ts';

/** A meta with all members; `more` says what matters to the test. */
export function meta(more: Partial<Meta> = {}): Meta {
  return {
    format: 1,
    rev: 1,
    gen: 1,
    title: 'cars',
    parameters: { year: 1982, makes: ['ford', 'bmw'], deep: { a: null, b: 1.5 } },
    tag: '0123456789abcdef',
    etag: 'v1',
    version: 1,
    revision: 7,
    hash: 'abc',
    contentType: null,
    tables: [{ name: 'cars', columns: ['id', 'name'] }],
    rows: 2,
    bytes: 20,
    chunks: 1,
    entries: 0,
    changed: 0,
    checkedAt: 1_800_000_000_000,
    loadedAt: 1_800_000_000_000,
    expiresAt: null,
    usedAt: 1_800_000_000_001,
    keep: 'lru',
    ...more,
  };
}

/** The change that stores a whole body. */
export function whole(
  cache: string,
  chunks: readonly Chunk[],
  { expected = null, generation = 1, ...more }: More = {},
): StoredChange {
  const stored = meta({ chunks: chunks.length, entries: 0, ...more });
  return { cache, generation, expected, meta: stored, write: { kind: 'whole', chunks } };
}

/** The change that adds a delta to what a meta describes. */
export function delta(cache: string, from: Meta, entry: string, { generation = 1, ...more }: More = {}): StoredChange {
  const stored = { ...from, rev: from.rev + 1, version: from.version + 1, entries: from.entries + 1, ...more };
  return { cache, generation, expected: from.rev, meta: stored, write: { kind: 'delta', entry } };
}

/** The change that changes the meta alone. */
export function note(cache: string, from: Meta, { generation = 1, ...more }: More = {}): StoredChange {
  return {
    cache,
    generation,
    expected: from.rev,
    meta: { ...from, rev: from.rev + 1, ...more },
    write: { kind: 'note' },
  };
}

interface More extends Partial<Meta> {
  expected?: number | null;
  generation?: number;
}

/** Rows as the body of a service has them. */
export function rows(table: number, from: number, to: number): Chunk {
  const all = Array.from({ length: to - from }, (_, i) => `[${from + i},"row ${from + i}",0.${from + i}e1]`);
  return { table, data: all.join(',') };
}

/** A cache with its Blobs as text, to be compared; null: none. */
export async function plain(stored: Stored | null) {
  if (!stored?.chunks) return stored;
  const chunks = await Promise.all(
    stored.chunks.map(async ({ table, data }) =>
      typeof data === 'string'
        ? { table, data }
        : { table, type: data.type, bytes: [...new Uint8Array(await data.arrayBuffer())] },
    ),
  );
  return { ...stored, chunks };
}

/** A cache that must be held. @throws Error */
export async function held(handle: StoreHandle, cache: string): Promise<Stored & { chunks: readonly Chunk[] }> {
  const stored = await handle.read(cache);
  if (!stored?.chunks) throw new Error(`${cache} is not held`);
  return { ...stored, chunks: stored.chunks };
}
