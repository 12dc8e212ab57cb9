import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { BlobContent, Blobs } from '../../src/contract/stores.ts';
import { PART_BYTES, r2Blobs } from '../../src/stores/blobs.ts';
import { cachedBlobs } from '../../src/stores/cached-blobs.ts';
import { edgeCache } from '../../src/stores/edge-cache.ts';
import { unique } from '../support/entries.ts';

const blobs = r2Blobs(env.BLOBS);

/** Bytes that differ by their place. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_byte, at) => at % 251);
}
async function bytesOf(content: BlobContent | null): Promise<Uint8Array | null> {
  return content === null ? null : new Uint8Array(await new Response(content).arrayBuffer());
}

describe('blobs in R2', () => {
  it('come back whole or in part', async () => {
    const key = unique('blob');
    await blobs.put(key, 7, 'body', pattern(1000));
    expect(await bytesOf(await blobs.get(key, 7, 'body'))).toEqual(pattern(1000));
    expect(await bytesOf(await blobs.get(key, 7, 'body', { offset: 900, length: 100 }))).toEqual(
      pattern(1000).slice(900),
    );
    expect(await bytesOf(await blobs.get(key, 7, 'body', { offset: 0, length: 0 }))).toEqual(new Uint8Array(0));
  });

  it('are named by key, fence and kind', async () => {
    const key = unique('blob');
    await blobs.put(key, 7, 'delta', pattern(3));
    expect(await env.BLOBS.head(`${key}/7/delta`)).toMatchObject({ size: 3 });
  });

  it('are not there under another fence or kind', async () => {
    const key = unique('blob');
    await blobs.put(key, 7, 'body', pattern(3));
    expect(await blobs.get(key, 8, 'body')).toBeNull();
    expect(await blobs.get(key, 7, 'delta', { offset: 0, length: 3 })).toBeNull();
  });

  it('count as lost when they are shorter than asked for', async () => {
    const key = unique('blob');
    await blobs.put(key, 7, 'body', pattern(1000));
    expect(await blobs.get(key, 7, 'body', { offset: 990, length: 11 })).toBeNull();
  });

  it.each([1000, 5000])('count as lost when they end before what is asked for begins, at %i', async (offset) => {
    const key = unique('blob');
    await blobs.put(key, 7, 'body', pattern(1000));
    expect(await blobs.get(key, 7, 'body', { offset, length: 11 })).toBeNull();
  });

  it('come in parts when their length is not known', async () => {
    const key = unique('blob');
    const upload = await blobs.begin(key, 1, 'body');
    const [first, second, last] = [pattern(PART_BYTES), pattern(PART_BYTES).reverse(), pattern(11)];
    for (const part of [first, second, last]) await upload.part(part);
    expect(await blobs.get(key, 1, 'body')).toBeNull();
    await upload.complete();
    expect(await env.BLOBS.head(`${key}/1/body`)).toMatchObject({ size: 2 * PART_BYTES + 11 });
    expect(await bytesOf(await blobs.get(key, 1, 'body', { offset: 2 * PART_BYTES - 1, length: 3 }))).toEqual(
      new Uint8Array([0, 0, 1]),
    );
  });

  it('leave nothing when their upload is given up', async () => {
    const key = unique('blob');
    const upload = await blobs.begin(key, 1, 'body');
    await upload.part(pattern(PART_BYTES));
    await upload.abort();
    expect(await blobs.get(key, 1, 'body')).toBeNull();
  });

  it('are removed, absent ones too, more than R2 takes at once', async () => {
    const key = unique('blob');
    await blobs.put(key, 1, 'body', pattern(1));
    await blobs.put(key, 1500, 'delta', pattern(1));
    const absent = Array.from({ length: 1500 }, (_name, fence) => ({ key, fence, name: 'delta' as const }));
    await blobs.remove([{ key, fence: 1, name: 'body' }, ...absent, { key, fence: 1500, name: 'delta' }]);
    expect(await blobs.get(key, 1, 'body')).toBeNull();
    expect(await blobs.get(key, 1500, 'delta')).toBeNull();
  });
});

describe('blobs through the edge cache', () => {
  function counted(): { cached: Blobs; reads: () => number; settled: () => Promise<unknown> } {
    let reads = 0;
    const work: Promise<unknown>[] = [];
    const counting: Blobs = {
      ...blobs,
      get(...args) {
        reads += 1;
        return blobs.get(...args);
      },
    };
    return {
      cached: cachedBlobs(counting, edgeCache(), (promise) => work.push(promise)),
      reads: () => reads,
      settled: () => Promise.all(work),
    };
  }
  const SMALL = 1000;
  const LARGE = 300_000;

  it.each([
    ['a small body', 'body', SMALL, { offset: 0, length: SMALL }],
    ['a large body', 'body', LARGE, { offset: 0, length: LARGE }],
    ['a small delta', 'delta', SMALL, undefined],
    ['a large delta', 'delta', LARGE, undefined],
  ] as const)('ask R2 once for %s', async (_name, name, bytes, range) => {
    const key = unique('cached');
    const { cached, reads, settled } = counted();
    await cached.put(key, 1, name, pattern(bytes));
    expect(await bytesOf(await cached.get(key, 1, name, range))).toEqual(pattern(bytes));
    await settled();
    expect(await bytesOf(await cached.get(key, 1, name, range))).toEqual(pattern(bytes));
    expect(reads()).toBe(1);
  });

  it.each([
    ['body', { offset: 0, length: SMALL }],
    ['delta', undefined],
  ] as const)('ask R2 once for a small %s that many lack at once', async (name, range) => {
    const key = unique('cached');
    const { cached, reads } = counted();
    await cached.put(key, 1, name, pattern(SMALL));
    const read = async () => bytesOf(await cached.get(key, 1, name, range));
    const herd = await Promise.all(Array.from({ length: 50 }, read));
    expect(herd).toEqual(Array.from({ length: 50 }, () => pattern(SMALL)));
    expect(reads()).toBe(1);
  });

  it('ask R2 each time for a part of a body, and for what is not there', async () => {
    const key = unique('cached');
    const { cached, reads, settled } = counted();
    await cached.put(key, 1, 'body', pattern(SMALL));
    for (let read = 0; read < 2; read++) {
      expect(await bytesOf(await cached.get(key, 1, 'body', { offset: 10, length: 5 }))).toEqual(
        pattern(SMALL).slice(10, 15),
      );
      expect(await cached.get(key, 2, 'body', { offset: 0, length: SMALL })).toBeNull();
    }
    await settled();
    expect(reads()).toBe(4);
  });

  it('stay as they are whatever is done with an answer made of them', async () => {
    const key = unique('cached');
    const { cached } = counted();
    await cached.put(key, 1, 'delta', pattern(SMALL));
    const first = await bytesOf(await cached.get(key, 1, 'delta'));
    first?.fill(0);
    expect(await bytesOf(await cached.get(key, 1, 'delta'))).toEqual(pattern(SMALL));
  });
});
