import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdMap } from '../../src/tables/id-map.ts';
import { IdMapBuilder } from '../../src/tables/id-map-builder.ts';
import { decodeIdMap, encodeIdMap } from '../../src/tables/id-map-format.ts';
import { idsHash, rowHasher } from '../../src/tables/row-hash.ts';
import { table } from '../support/rows.ts';

const hashRow = rowHasher(table('t', '', 'a'));
const hashOf = (row: number) => Uint32Array.from(hashRow(`${row}`));
// Few different rows, so that many are equal; ids up to 48 bits.
const entries = fc.uniqueArray(fc.record({ row: fc.nat(20), id: fc.integer({ min: 1, max: 2 ** 48 - 1 }) }), {
  selector: ({ id }) => id,
  maxLength: 400,
});

function mapOf(rows: readonly { row: number; id: number }[]): Uint8Array {
  const builder = new IdMapBuilder();
  for (const { row, id } of rows) builder.add(hashOf(row), id);
  return Buffer.concat(encodeIdMap(builder.pieces()));
}
const aligned = (bytes: Uint8Array) => Uint8Array.from(bytes);
function read(bytes: Uint8Array): IdMap {
  const columns = decodeIdMap(aligned(bytes));
  if (columns === null) throw new Error('not a map');
  return new IdMap(columns);
}

describe('id maps', () => {
  it('are multisets: each row of the version before is found once, whatever the order', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(25), { maxLength: 500 }), (before, asked) => {
        const map = read(mapOf(before));
        const left = before.map((entry) => ({ ...entry }));
        for (const row of asked) {
          const id = map.take(hashOf(row));
          const at = left.findIndex((entry) => entry.row === row);
          if (at === -1) expect(id).toBeNull();
          else expect(left.splice(at, 1)[0]?.id).toBe(id);
        }
        expect(map.remaining).toBe(left.length);
      }),
    );
  });

  it('give all ids back and none is left when the same rows come in another order', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (before, chance) => {
        const map = read(mapOf(before));
        const shuffled = before.map((entry) => [chance.next().value, entry] as const).sort(([a], [b]) => a - b);
        const ids = shuffled.map(([, { row }]) => map.take(hashOf(row)) ?? -1);
        expect(ids.toSorted((a, b) => a - b)).toEqual(before.map(({ id }) => id).toSorted((a, b) => a - b));
        expect(map.remaining).toBe(0);
      }),
    );
  });

  it('take 22 bytes a row', () => {
    const rows = Array.from({ length: 1000 }, (_row, id) => ({ row: id, id }));
    expect(mapOf(rows).byteLength).toBe(24 + 22 * 1000);
  });

  it('count as absent when they are of another format, or damaged anywhere', () => {
    const rows = Array.from({ length: 5 }, (_row, id) => ({ row: id, id: id + 1 }));
    const map = aligned(mapOf(rows));
    expect(decodeIdMap(map)).not.toBeNull();
    for (let at = 0; at < map.length; at += 1) {
      const damaged = Uint8Array.from(map);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(decodeIdMap(damaged)).toBeNull();
      expect(decodeIdMap(map.slice(0, at))).toBeNull();
    }
    expect(decodeIdMap(Uint8Array.from([...map, 0]))).toBeNull();
  });

  it('find each of very many equal rows', () => {
    const builder = new IdMapBuilder();
    const hash = hashOf(0);
    const ids = Array.from({ length: 200_000 }, (_id, index) => index);
    for (const id of ids) builder.add(hash, id);
    const map = read(Buffer.concat(encodeIdMap(builder.pieces())));
    expect(ids.every((id) => map.take(hash) === id)).toBe(true);
    expect(map.take(hash)).toBeNull();
  });
});

describe('the hash of a version', () => {
  it('is the SHA-256 of its ids, ascending and joined by commas', () => {
    fc.assert(
      fc.property(entries, (rows) => {
        const builder = new IdMapBuilder();
        for (const { row, id } of rows) builder.add(hashOf(row), id);
        const text = rows
          .map(({ id }) => id)
          .sort((a, b) => a - b)
          .join(',');
        expect(idsHash(builder.sortedIds())).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
    const many = Float64Array.from({ length: 30_001 }, (_id, index) => index);
    expect(idsHash(many)).toBe(
      createHash('sha256')
        .update([...many].join(','))
        .digest('hex'),
    );
  });
});
