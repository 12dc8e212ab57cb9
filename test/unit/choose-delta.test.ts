import { describe, expect, it } from 'vitest';
import { chooseDelta } from '../../src/core/choose-delta.ts';
import type { Link, Loaded } from '../../src/ports/entry.ts';

const link = (version: number, deltaBytes: number | null = 100): Link => ({
  version,
  fence: version * 10,
  deltaBytes,
  hash: `hash ${version}`,
});
/** Kept are v3, v6, v7 and v9; v4, v5, v8 and v10 changed nothing. */
const CHAIN = [link(3), link(6), link(7), link(9)];
const LOADED = { version: 10, changed: 9, bytes: 10_000, hash: 'hash 9' } as Loaded;
const choose = (from: number, to: number | null, chain = CHAIN, loaded: Partial<Loaded> = {}) =>
  chooseDelta({ chain }, { ...LOADED, ...loaded }, { from, to });

describe('a delta is folded from', () => {
  it.each<[number, number | null, number[]]>([
    [3, 6, [60]],
    [3, null, [60, 70, 90]],
    [3, 10, [60, 70, 90]],
    [5, 8, [60, 70]],
    [8, 9, [90]],
    [4, 5, []],
    [9, null, []],
    [10, 10, []],
    [3, 3, []],
  ])('v%i to %s: those of the fences %j', (from, to, fences) => {
    const chosen = choose(from, to);
    expect(chosen).toMatchObject({ from, to: to ?? 10 });
    expect(chosen?.steps).toEqual(fences.map((fence) => ({ fence, bytes: 100 })));
  });

  it('with hash and ETag of the end', () => {
    expect(choose(4, 8)).toMatchObject({ fromChanged: 3, toChanged: 7, hash: 'hash 7' });
  });
});

describe('v0', () => {
  it('is every row, up to the last version', () => {
    const every = { from: 0, to: 10, fromChanged: 0, toChanged: 9, hash: 'hash 9', steps: 'all' };
    expect([choose(0, null), choose(0, 10)]).toEqual([every, every]);
    // However small the table and whatever lies between.
    expect(choose(0, null, [link(9, null)], { bytes: 1 })).toEqual(every);
  });

  it('up to an older version is the full table', () => {
    expect(choose(0, 9)).toBeNull();
  });
});

describe('the full table is the answer', () => {
  it.each([1, 2])('to v%i, older than the oldest kept version, even just before it', (from) => {
    expect(choose(from, null)).toBeNull();
    expect(choose(from, from)).toBeNull();
  });

  it('across a gap', () => {
    const chain = [link(3), link(6), link(7, null), link(9)];
    expect([choose(6, null, chain), choose(3, 7, chain)]).toEqual([null, null]);
    expect([choose(3, 6, chain), choose(7, null, chain)]).not.toContain(null);
  });

  it('past the size of the table, or what is folded at most', () => {
    const large = [link(3), link(6, 6000), link(7, 6000), link(9, 4000)];
    expect(choose(3, null, large)).toBeNull();
    expect(choose(6, null, large)).not.toBeNull();
    const huge = [link(3), link(6, 5_000_000), link(7, 5_000_000), link(9)];
    expect(choose(3, null, huge, { bytes: 100_000_000 })).toBeNull();
    const many = Array.from({ length: 300 }, (_link, index) => link(index + 1, 1));
    expect(choose(1, null, many, { version: 300 })).toBeNull();
    expect(choose(51, null, many, { version: 300 })).not.toBeNull();
  });

  it('where a kept version was no table, or nothing is kept', () => {
    expect(choose(6, 6, [link(3), { ...link(6), hash: null }, link(9, null)])).toBeNull();
    expect(choose(3, null, [])).toBeNull();
  });
});
