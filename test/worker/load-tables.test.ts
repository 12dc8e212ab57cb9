import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import '../support/seed.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blobs } from '../../src/ports/blobs.ts';
import { PART_BYTES, r2Blobs } from '../../src/stores/blobs.ts';
import { table } from '../support/rows.ts';
import { LoadedCache, pieces } from '../support/tables.ts';

const T = [table('t', '/items', 'a')];
const answerOf = (values: readonly unknown[]) => JSON.stringify({ items: values.map((a) => ({ a })) });
type Body = { name: string; columns: string[]; data: [number, ...unknown[]][] }[];
const dataOf = async (cache: LoadedCache) => (JSON.parse(await cache.body()) as Body)[0]?.data ?? [];
const hashOf = (ids: number[]) =>
  createHash('sha256')
    .update(ids.toSorted((a, b) => a - b).join(','))
    .digest('hex');

describe('a load of tables', () => {
  it('writes body and id map as one object and tells what it wrote', async () => {
    const cache = new LoadedCache();
    const tables = [table('t', '/x', 'a', 'b'), table('u', '/y', 'c')];
    const { change } = await cache.load(tables, '{"y":[[1.0],[1.0]],"x":[{"b":"ü","a":[{"2":1,"1":2}]}]}');
    const body =
      '[{"name":"t","columns":["a","b"],"data":[[3,[{"2":1,"1":2}],"ü"]]},{"name":"u","columns":["c"],"data":[[1,1.0],[2,1.0]]}]';
    expect(await cache.body()).toBe(body);
    expect(change).toMatchObject({
      rows: 3,
      nextRowId: 4,
      bytes: new TextEncoder().encode(body).length,
      deltaBytes: null,
      rowChanges: { inserted: 3, deleted: 0 },
    });
    expect(change?.hash).toBe(hashOf([1, 2, 3]));
    expect(await cache.objects()).toEqual(['1/body']);
    expect((await env.BLOBS.head(`${cache.key}/1/body`))?.size).toBe((change?.bytes ?? 0) + (change?.mapBytes ?? 0));
  });

  it('gives rows that stay their ids, new rows new ones, and counts what came and went', async () => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(['a', 'b', 'c']));
    const result = await cache.load(T, answerOf(['d', 'c', 'a', 'a']));
    expect(await dataOf(cache)).toEqual([
      [4, 'd'],
      [3, 'c'],
      [1, 'a'],
      [5, 'a'],
    ]);
    expect(result).toMatchObject({ inserted: 2, deleted: 1, change: { nextRowId: 6, hash: hashOf([1, 3, 4, 5]) } });
  });

  it.each([
    ['the same rows', ['a', 'b', 'a']],
    ['the same rows in another order', ['a', 'a', 'b']],
  ])('with %s changes nothing and leaves nothing in R2', async (_name, values) => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(['a', 'b', 'a']));
    expect(await cache.load(T, answerOf(values))).toEqual({ change: null, inserted: 0, deleted: 0 });
    expect(await cache.objects()).toEqual(['1/body']);
  });

  it('tells apart numbers that are written differently, and rows of different tables', async () => {
    const cache = new LoadedCache();
    await cache.load(T, '{"items":[[1.0]]}');
    expect(await cache.load(T, '{"items":[[1]]}')).toMatchObject({ inserted: 1, deleted: 1 });
    const two = [table('x', '/x', 'a'), table('y', '/y', 'a')];
    const other = new LoadedCache();
    await other.load(two, '{"x":[[1]],"y":[]}');
    expect(await other.load(two, '{"x":[],"y":[[1]]}')).toMatchObject({ inserted: 1, deleted: 1 });
  });

  it('changes the body when a name or columns change, even without rows', async () => {
    const cache = new LoadedCache();
    await cache.load([table('t', '/items', 'a')], '{"items":[]}');
    expect((await cache.load([table('u', '/items', 'a')], '{"items":[]}')).change).toMatchObject({ rows: 0 });
    expect((await cache.load([table('u', '/items', 'b')], '{"items":[]}')).change).not.toBeNull();
    expect((await cache.load([table('u', '/items', 'b')], '{"items":[]}')).change).toBeNull();
    expect(cache.previous?.hash).toBe(hashOf([]));
  });

  it('continues with new ids where the id map was lost or damaged', async () => {
    for (const harm of [
      (cache: LoadedCache) => env.BLOBS.delete(`${cache.key}/1/body`),
      async (cache: LoadedCache) => {
        const found = await env.BLOBS.get(`${cache.key}/1/body`);
        const bytes = new Uint8Array((await found?.arrayBuffer()) ?? new ArrayBuffer());
        bytes[bytes.length - 1] = 77;
        await env.BLOBS.put(`${cache.key}/1/body`, bytes);
      },
    ]) {
      const cache = new LoadedCache();
      await cache.load(T, answerOf(['a', 'b']));
      await harm(cache);
      // The guard does not take a lost map for a table that was emptied.
      const result = await cache.load(T, answerOf(['a', 'b']), { max_deleted: 0.1 });
      expect(result).toMatchObject({ inserted: 2, deleted: 2, change: { nextRowId: 5 } });
      expect(await dataOf(cache)).toEqual([
        [3, 'a'],
        [4, 'b'],
      ]);
    }
  });

  it('that the guard refuses writes nothing', async () => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(['a', 'b', 'c', 'd']));
    const refused = expect.objectContaining({ code: 'origin-guard' });
    await expect(cache.load(T, answerOf(['a']), { max_deleted: 0.5 })).rejects.toThrow(refused);
    await expect(cache.load(T, answerOf([]), { min_rows: 1 })).rejects.toThrow(refused);
    expect(await cache.objects()).toEqual(['1/body']);
    expect((await cache.load(T, answerOf(['a']))).change).not.toBeNull();
  });

  it("that changes rows, and loses few, is none of the guard's business", async () => {
    const cache = new LoadedCache();
    const prices = (changed: number) =>
      answerOf(Array.from({ length: 100 }, (_, at) => `article ${at} costs ${at < changed ? 2 : 1}`));
    await cache.load(T, prices(0));
    expect(await cache.load(T, prices(60), { max_deleted: 0.5 })).toMatchObject({ inserted: 60, deleted: 60 });
    expect(await cache.load(T, prices(0), { max_deleted: 0 })).toMatchObject({ inserted: 60, deleted: 60 });
  });

  it('keeps to what a model of versions says, whatever rows come', async () => {
    const loads = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 1, null), { maxLength: 8 }), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(loads, async (versions) => {
        const cache = new LoadedCache();
        let known = new Map<number, unknown>();
        const used = new Set<number>();
        for (const values of versions) {
          const first = cache.previous === null;
          const { change, inserted, deleted } = await cache.load(T, answerOf(values));
          expect(change === null).toBe(!first && inserted === 0 && deleted === 0);
          if (change === null) continue;
          const data = await dataOf(cache);
          expect(data.map(([, value]) => value)).toEqual(values);
          const now = new Map(data.map(([id, value]) => [id, value]));
          expect(now.size).toBe(data.length);
          for (const [id, value] of now) {
            if (known.has(id)) expect(known.get(id)).toBe(value);
            else expect(used.has(id)).toBe(false);
            used.add(id);
          }
          const kept = [...now.keys()].filter((id) => known.has(id)).length;
          expect([inserted, deleted]).toEqual([now.size - kept, known.size - kept]);
          expect(change.hash).toBe(hashOf([...now.keys()]));
          known = now;
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the delta to the version before', () => {
  const MANY = Array.from({ length: 2000 }, (_value, n) => `value ${n}`);
  const deltaOf = async (cache: LoadedCache) => (await env.BLOBS.get(`${cache.key}/${cache.fence}/delta`))?.text();

  it('is one blob with its format, what came with its digits and what went by table', async () => {
    const cache = new LoadedCache();
    const tables = [table('t', '/x', 'a', 'b'), table('u', '/y', 'c')];
    await cache.load(tables, '{"y":[[1],[2]],"x":[[1.0,"ü"],[2,"b"]]}');
    const { change } = await cache.load(tables, '{"y":[[2],[3]],"x":[[1.50,"€"],[2,"b"],[2,"b"]]}');
    const text = '{"format":1,"tables":["t","u"]}\n@1\n5,3\n@0\n6,1.50,"€"\n7,2,"b"\n-1:1\n-0:3';
    expect(await deltaOf(cache)).toBe(text);
    expect(change?.deltaBytes).toBe(Buffer.byteLength(text));
    expect(await cache.objects()).toEqual(['1/body', '2/body', '2/delta']);
  });

  it('is not written by a first load, nor by one that changes no row', async () => {
    const cache = new LoadedCache();
    expect((await cache.load(T, answerOf(MANY))).change?.deltaBytes).toBeNull();
    await cache.load(T, answerOf(MANY.toReversed()));
    expect(await cache.objects()).toEqual(['1/body']);
  });

  it.each([
    ['a lost map', T, async (cache: LoadedCache) => env.BLOBS.delete(`${cache.key}/1/body`)],
    ['another name', [table('u', '/items', 'a')], () => {}],
    ['other columns', [table('t', '/items', 'b')], () => {}],
  ])('is missing, a gap, after %s', async (_name, tables, harm) => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(MANY));
    await harm(cache);
    const answer = JSON.stringify({ items: MANY.slice(1).map((value) => [value]) });
    expect((await cache.load(tables, answer)).change).toMatchObject({ deltaBytes: null });
    expect(await cache.objects()).not.toContain('2/delta');
  });

  it('is given up past half the body, be it for what came or for what went', async () => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(MANY));
    const newer = MANY.map((value, n) => (n % 2 === 0 ? value : `${value}, new`));
    expect((await cache.load(T, answerOf(newer))).change?.deltaBytes).toBeNull();
    const third = newer.map((value, n) => (n % 4 === 0 ? `${value}, newer` : value));
    expect((await cache.load(T, answerOf(third))).change?.deltaBytes).toBeGreaterThan(4096);
    expect((await cache.load(T, answerOf([]))).change?.deltaBytes).toBeNull();
  });

  it('is written in any case while it is small', async () => {
    const cache = new LoadedCache();
    await cache.load(T, answerOf(['a']));
    expect((await cache.load(T, answerOf(['b']))).change?.deltaBytes).toBeGreaterThan(0);
  });
});

describe('a body past a part of R2', () => {
  // 20 MB that are never there as one text.
  const ROWS = 20_000;
  const note = 'n'.repeat(980);
  async function* large(change = -1, end = ROWS): AsyncGenerator<Uint8Array> {
    yield* pieces('{"items":[', 100);
    for (let at = 0; at < end; at += 500) {
      const rows = Array.from({ length: 500 }, (_row, i) => `[${at + i},"${at + i === change ? 'x' : note}"]`);
      yield* pieces(`${at === 0 ? '' : ','}${rows.join(',')}`, 300_000);
    }
    if (end === ROWS) yield* pieces(']}', 100);
  }
  const tables = [table('t', '/items', 'n', 'note')];

  it('is uploaded in parts, found again, and read back whole', async () => {
    const cache = new LoadedCache();
    const { change } = await cache.load(tables, large());
    expect(change?.bytes).toBeGreaterThan(2 * PART_BYTES);
    const [loaded] = JSON.parse(await cache.body()) as Body;
    expect(loaded?.data).toHaveLength(ROWS);
    expect(loaded?.data.every(([id, n, text], index) => id === index + 1 && n === index && text === note)).toBe(true);
    // The same again: parts are uploaded on the way, and let go of.
    expect((await cache.load(tables, large())).change).toBeNull();
    expect(await cache.load(tables, large(7_777))).toMatchObject({
      inserted: 1,
      deleted: 1,
      change: { nextRowId: ROWS + 2 },
    });
    expect(await cache.objects()).toEqual(['1/body', '3/body', '3/delta']);
  });

  it('is held a part at a time, with some bytes a row for the id map', async () => {
    const blobs = r2Blobs(env.BLOBS);
    let heldBytes = 0;
    let mostBytes = 0;
    const begin: Blobs['begin'] = async (...place) => {
      const upload = await blobs.begin(...place);
      const part = async (content: Uint8Array) => {
        await upload.part(content);
        heldBytes -= content.byteLength;
      };
      return { ...upload, part };
    };
    async function* taken(): AsyncGenerator<Uint8Array> {
      for await (const piece of large()) {
        heldBytes += piece.byteLength;
        mostBytes = Math.max(mostBytes, heldBytes);
        yield piece;
      }
    }
    const { change } = await new LoadedCache({ ...blobs, begin }).load(tables, taken());
    expect(mostBytes).toBeLessThan(PART_BYTES + 500_000);
    expect(change?.mapBytes).toBeLessThan(24 * ROWS);
  });

  it('whose delta grows past 4 MiB has a gap there', async () => {
    const cache = new LoadedCache();
    await cache.load(tables, large());
    async function* half(): AsyncGenerator<Uint8Array> {
      yield* pieces('{"items":[', 100);
      for (let at = 0; at < ROWS; at += 500) {
        const text = at < ROWS / 2 ? `${note.slice(1)}m` : note;
        const rows = Array.from({ length: 500 }, (_row, i) => `[${at + i},"${text}"]`);
        yield* pieces(`${at === 0 ? '' : ','}${rows.join(',')}`, 300_000);
      }
      yield* pieces(']}', 100);
    }
    expect(await cache.load(tables, half())).toMatchObject({ inserted: ROWS / 2, change: { deltaBytes: null } });
    expect(await cache.objects()).toEqual(['1/body', '2/body']);
  });

  it('that is cut off in transit leaves nothing', async () => {
    const cache = new LoadedCache();
    await expect(cache.load(tables, large(-1, ROWS - 500))).rejects.toThrow(
      expect.objectContaining({ code: 'origin-malformed' }),
    );
    expect(await cache.objects()).toEqual([]);
  });
});
