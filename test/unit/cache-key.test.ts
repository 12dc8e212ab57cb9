import { describe, expect, it } from 'vitest';
import { cacheIdentity, isCacheKey } from '../../src/core/cache-key.ts';
import { digestTag, etagOf, versionOfEtag } from '../../src/core/etag.ts';

const key = (...of: Parameters<typeof cacheIdentity>) => cacheIdentity(...of).key;

describe('cache keys', () => {
  it('are one for the same values in whatever order', () => {
    expect(key('sales', { year: 2026, at: { b: 1, a: [2] } }, null)).toBe(
      key('sales', { at: { a: [2], b: 1 }, year: 2026 }, null),
    );
  });

  it('differ by resource, value, type of value and owner', () => {
    const keys = [
      key('sales', { year: 1 }, null),
      key('stock', { year: 1 }, null),
      key('sales', { year: 2 }, null),
      key('sales', { year: '1' }, null),
      key('sales', { year: 1 }, 'alice'),
      key('sales', { year: 1 }, 'bob'),
      key('sales', {}, null),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('stay what they were, for devices and stores keep them', () => {
    expect(key('sales', { year: 2026 }, null)).toBe(
      // SHA-256 of ["sales",{"year":2026},null]
      'a84ecc3b0acf7fc5909adb3629b446c8f845a3a89d226e98cc708f917227ca35',
    );
  });

  it.each([
    ['a'.repeat(64), true],
    ['A'.repeat(64), false],
    ['a'.repeat(63), false],
    [`${'a'.repeat(64)}\n`, false],
  ])('%j has the form of one: %s', (text, expected) => {
    expect(isCacheKey(text)).toBe(expected);
  });
});

describe('ETags of caches', () => {
  const KEY = 'ab'.repeat(32);

  it('name the cache and the last version that changed it', () => {
    expect(etagOf(KEY, 7)).toBe('abababababababab-v7');
    expect(versionOfEtag('abababababababab-v7', KEY)).toBe(7);
  });

  it.each(['cdcdcdcdcdcdcdcd-v7', 'abababababababab-v0', 'abababababababab-v07', 'abababababababab-7', 'x', ''])(
    '%j names no version of it',
    (tag) => {
      expect(versionOfEtag(tag, KEY)).toBeNull();
    },
  );
});

describe('ETags of other answers', () => {
  it.each([
    ['', 'e3b0c44298fc1c14'],
    ['abc', 'ba7816bf8f01cfea'],
    ['é', '4a99557e4033c353'],
  ])('are the first 64 bits of the SHA-256 of the bytes: %j', (text, tag) => {
    expect(digestTag(text)).toBe(tag);
    expect(digestTag(new TextEncoder().encode(text))).toBe(tag);
  });
});
