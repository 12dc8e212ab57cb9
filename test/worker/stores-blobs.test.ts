import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { BlobContent, BlobRange, Blobs } from '../../src/ports/blobs.ts';
import { PART_BYTES, r2Blobs } from '../../src/stores/blobs.ts';
import { cachedBlobs, hotBytes } from '../../src/stores/cached-blobs.ts';
import { type EdgeCache, edgeCache, edgeUrl, NO_EDGE_CACHE } from '../../src/stores/edge-cache.ts';
import { unique } from '../support/entries.ts';

const blobs = r2Blobs(env.BLOBS);

/** Bytes that differ by their place. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_byte, at) => at % 251);
}
/** Of many bytes: to compare them one by one takes seconds. */
const digestOf = (bytes: Uint8Array | null) =>
  createHash('sha256')
    .update(bytes ?? 'none')
    .digest('hex');
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
  const REQUEST = 'http://freshet.test/';
  const SMALL = 1000;
  const LARGE = 300_000;
  type Get = Parameters<Blobs['get']>;

  function counted(edge: EdgeCache = edgeCache(REQUEST)) {
    const reads: BlobRange[] = [];
    const puts: string[] = [];
    const work: Promise<unknown>[] = [];
    const counting: Blobs = {
      ...blobs,
      get(...args) {
        reads.push(args[3] ?? { offset: 0, length: 0 });
        return blobs.get(...args);
      },
    };
    const watched: EdgeCache = {
      ...edge,
      put(url, ...rest) {
        puts.push(url);
        return edge.put(url, ...rest);
      },
    };
    const cached = cachedBlobs(counting, watched, (promise) => work.push(promise));
    const read = async (...args: Get) => bytesOf(await cached.get(...args));
    return { cached, read, reads, puts, settled: () => Promise.all(work) };
  }
  const all = (bytes: number) => ({ offset: 0, length: bytes, whole: bytes });
  const atEdge = async (...path: (string | number)[]) =>
    (await caches.open('freshet')).match(new URL(edgeUrl('blob', ...path), REQUEST));

  it.each([
    ['a small body', 'body', SMALL],
    ['a small delta', 'delta', SMALL],
  ] as const)('ask R2 once for %s', async (_name, name, bytes) => {
    const key = unique('cached');
    const { cached, read, reads, settled } = counted();
    await cached.put(key, 1, name, pattern(bytes));
    expect(await read(key, 1, name, all(bytes))).toEqual(pattern(bytes));
    await settled();
    expect(await read(key, 1, name, all(bytes))).toEqual(pattern(bytes));
    expect(reads).toHaveLength(1);
  });

  it.each([
    ['body', LARGE],
    ['delta', LARGE],
    ['body', 2_500_000],
  ] as const)(
    'read a large %s of %i bytes a second time for the edge, after the answer, and never again',
    async (name, bytes) => {
      const key = unique('cached');
      const { cached, read, reads, settled } = counted();
      await cached.put(key, 1, name, pattern(bytes));
      const first = await cached.get(key, 1, name, all(bytes));
      await settled();
      // The reader has not begun yet: nothing that the edge has taken is held for it.
      expect(reads).toHaveLength(2);
      expect(await bytesOf(first)).toEqual(pattern(bytes));
      for (let time = 0; time < 3; time += 1) expect(await read(key, 1, name, all(bytes))).toEqual(pattern(bytes));
      expect(reads).toHaveLength(2);
    },
  );

  it('make one copy for the edge at a time, however many are read at once', async () => {
    const key = unique('cached');
    let most = 0;
    let under = 0;
    const inner = edgeCache(REQUEST);
    const { cached, reads, settled } = counted({
      ...inner,
      async put(...args) {
        under += 1;
        most = Math.max(most, under);
        await inner.put(...args);
        under -= 1;
      },
    });
    for (let fence = 0; fence < 5; fence += 1) await cached.put(key, fence, 'body', pattern(LARGE));
    const opened = await Promise.all([0, 1, 2, 3, 4].map((fence) => cached.get(key, fence, 'body', all(LARGE))));
    await settled();
    expect([most, reads.length]).toEqual([1, 6]);
    const digests = await Promise.all(opened.map(async (content) => digestOf(await bytesOf(content))));
    expect(digests).toEqual(opened.map(() => digestOf(pattern(LARGE))));
  });

  it.each([
    ['shorter', LARGE - 1],
    ['longer', LARGE + 1],
  ])('take no copy at the edge that is %s than the body, and put a whole one over it', async (_name, bytes) => {
    const key = unique('cached');
    const { cached, read, reads, settled } = counted();
    await cached.put(key, 1, 'body', pattern(LARGE));
    await edgeCache(REQUEST).put(edgeUrl('blob', key, 1, 'body'), pattern(bytes), 60);
    for (const range of [all(LARGE), { offset: LARGE - 10, length: 10, whole: LARGE }]) {
      expect(await read(key, 1, 'body', range)).toEqual(pattern(LARGE).slice(range.offset));
      await settled();
    }
    expect(reads).toHaveLength(2);
    expect((await atEdge(key, 1, 'body'))?.headers.get('Content-Length')).toBe(`${LARGE}`);
  });

  it.each([SMALL, LARGE])('cut parts of a body of %i bytes from its copy', async (bytes) => {
    const key = unique('cached');
    const { cached, read, reads, settled } = counted();
    await cached.put(key, 1, 'body', pattern(bytes));
    await read(key, 1, 'body', all(bytes));
    await settled();
    const before = reads.length;
    for (const [offset, length] of [
      [0, 1],
      [10, 20],
      [bytes - 7, 7],
      [1, bytes - 1],
    ] as const) {
      expect(await read(key, 1, 'body', { offset, length, whole: bytes })).toEqual(
        pattern(bytes).slice(offset, offset + length),
      );
    }
    expect(reads).toHaveLength(before);
  });

  it.each([SMALL, LARGE])(
    'keep nothing of the parts of a body of %i bytes, however many are asked for',
    async (bytes) => {
      const key = unique('cached');
      const { cached, read, reads, puts, settled } = counted();
      await cached.put(key, 1, 'body', pattern(bytes));
      const before = hotBytes();
      for (let end = 1; end <= 30; end += 1) {
        const range = { offset: 0, length: end * 10, whole: bytes };
        expect(await read(key, 1, 'body', range)).toEqual(pattern(bytes).slice(0, end * 10));
      }
      await settled();
      // A small body is kept as a whole by its first reader.
      const isSmall = bytes === SMALL;
      expect(puts).toEqual(isSmall ? [edgeUrl('blob', key, 1, 'body')] : []);
      expect(hotBytes() - before).toBe(isSmall ? bytes : 0);
      expect(reads).toHaveLength(isSmall ? 1 : 30);
    },
  );

  it.each(['body', 'delta'] as const)('ask R2 once for a small %s that many lack at once', async (name) => {
    const key = unique('cached');
    const { cached, read, reads } = counted();
    await cached.put(key, 1, name, pattern(SMALL));
    const herd = await Promise.all(Array.from({ length: 50 }, () => read(key, 1, name, all(SMALL))));
    expect(herd).toEqual(Array.from({ length: 50 }, () => pattern(SMALL)));
    expect(reads).toHaveLength(1);
  });

  it('ask R2 each time for what lies behind a body, and for what is not there', async () => {
    const key = unique('cached');
    const { cached, read, reads, puts, settled } = counted();
    await cached.put(key, 1, 'body', pattern(SMALL));
    for (let time = 0; time < 2; time++) {
      expect(await read(key, 1, 'body', { offset: 10, length: 5 })).toEqual(pattern(SMALL).slice(10, 15));
      expect(await cached.get(key, 2, 'body', all(SMALL))).toBeNull();
    }
    await settled();
    expect([reads.length, puts.length]).toEqual([4, 0]);
  });

  it('stay as they are whatever is done with an answer made of them', async () => {
    const key = unique('cached');
    const { cached, read } = counted();
    await cached.put(key, 1, 'delta', pattern(SMALL));
    const first = await read(key, 1, 'delta', all(SMALL));
    first?.fill(0);
    expect(await read(key, 1, 'delta', all(SMALL))).toEqual(pattern(SMALL));
  });

  it('are each host’s own at the edge, and the same in memory', async () => {
    const key = unique('cached');
    const { cached, read, reads, settled } = counted();
    await cached.put(key, 1, 'body', pattern(SMALL));
    await read(key, 1, 'body', all(SMALL));
    await settled();
    const other = counted(edgeCache('https://other.test:8443/api/v1/rpc/x?y'));
    expect(await other.read(key, 1, 'body', all(SMALL))).toEqual(pattern(SMALL));
    expect([reads.length, other.reads.length]).toEqual([1, 0]);
    expect(await edgeCache('https://other.test:8443/').match(edgeUrl('blob', key, 1, 'body'))).toBeNull();
  });

  // The last one: by the clock of the others the isolate makes no copy for a while.
  it('make no second copy for some minutes where the edge kept none', async () => {
    const key = unique('cached');
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { cached, read, reads, settled } = counted(NO_EDGE_CACHE);
      await cached.put(key, 1, 'body', pattern(LARGE));
      for (let time = 0; time < 4; time += 1) {
        await read(key, 1, 'body', all(LARGE));
        await settled();
      }
      expect(reads).toHaveLength(5);
      vi.setSystemTime(Date.now() + 600_000);
      await read(key, 1, 'body', all(LARGE));
      await settled();
      expect(reads).toHaveLength(7);
    } finally {
      vi.useRealTimers();
    }
  });
});
