import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rowHasher, shapeDigest } from '../../../src/tables/row-hash.ts';
import { table } from '../../support/rows.ts';

const T = table('t', '', 'a', 'b');
const hashed = (of: typeof T, text: string) => [...rowHasher(of)(text)];

describe('the hash of a row', () => {
  it.each(['1,2', '"ü😀",null', `"${'x'.repeat(5000)}"`, `"${'ü'.repeat(5461)}"`, `"${'😀'.repeat(50_000)}"`])(
    'is 128 bits of the SHA-256 of table, columns and text, however long the text (%#)',
    (text) => {
      const prefix = createHash('sha256').update('["t",["a","b"]]').digest('base64').slice(0, 22);
      const digest = createHash('sha256')
        .update(prefix + text)
        .digest();
      expect(hashed(T, text)).toEqual([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
    },
  );

  it('is that of this row alone, whatever was hashed before', () => {
    const hash = rowHasher(T);
    hash('"a long row before a short one"');
    expect([...hash('1')]).toEqual(hashed(T, '1'));
  });

  it('differs by table, columns and text', () => {
    const all = [
      hashed(T, '1,2'),
      hashed(T, '1,3'),
      hashed({ ...T, name: 'u' }, '1,2'),
      hashed({ ...T, columns: ['b', 'a'] }, '1,2'),
      hashed({ ...T, columns: ['a","b'] }, '1,2'),
    ];
    expect(new Set(all.map(String)).size).toBe(all.length);
  });
});

describe('the digest of tables', () => {
  it('distinguishes names and columns, and nothing else', () => {
    const of = (...tables: (typeof T)[]) => shapeDigest(tables);
    expect(of(T)).toBe(of({ ...T, rows: '/elsewhere' }));
    expect(new Set([of(T), of({ ...T, name: 'u' }), of({ ...T, columns: ['a'] }), of(T, T)]).size).toBe(4);
  });
});
