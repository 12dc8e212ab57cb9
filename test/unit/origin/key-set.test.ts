import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash64, KeySet } from '../../../src/origin/pages/key-set.ts';

describe('a set of keys', () => {
  it('tells what is new, what this page had and what an earlier one had, as a map of texts does', () => {
    const step = fc.oneof(
      { weight: 9, arbitrary: fc.string({ maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
        const keys = new KeySet();
        const pageOf = new Map<string, number>();
        let page = 0;
        for (const key of steps) {
          if (key === null) {
            page += 1;
            keys.beginPage();
            continue;
          }
          const before = pageOf.get(key);
          expect(keys.add(key)).toBe(before === undefined ? 'new' : before === page ? 'here' : 'earlier');
          if (before === undefined) pageOf.set(key, page);
        }
        expect(keys.size).toBe(pageOf.size);
      }),
      { numRuns: 30 },
    );
  });

  it('finds none of a hundred thousand numbers twice, and each of them again', () => {
    const keys = new KeySet();
    const seen = new Set<string>();
    for (let id = 0; id < 100_000; id += 1) seen.add(keys.add(`${id}`));
    expect([...seen]).toEqual(['new']);
    keys.beginPage();
    for (let id = 0; id < 100_000; id += 1) seen.add(keys.add(`${id}`));
    expect([...seen]).toEqual(['new', 'earlier']);
  });

  it('spreads keys that are alike over both words', () => {
    const words = Array.from({ length: 50_000 }, (_key, n) => hash64(`"${String(n).padStart(10, '0')}"`, 1, 2));
    for (const word of [0, 1] as const) {
      const low = new Set(words.map((pair) => (pair[word] ?? 0) & 0xffff));
      const high = new Set(words.map((pair) => (pair[word] ?? 0) >>> 16));
      // By chance 53 % of 65,536 values come up.
      for (const values of [low, high]) expect(values.size).toBeGreaterThan(33_000);
    }
  });
});
