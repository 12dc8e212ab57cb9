import { describe, expect, it } from 'vitest';
import { hashOfKey, hashOfText, shardOf } from '../../src/core/shards.ts';
import { compareRecords } from '../../src/core/sync-records.ts';

const users = Array.from({ length: 3000 }, (_user, number) => `user-${number}@example.com`);
const placesOf = (count: number) => users.map((user) => shardOf(hashOfText(user), count));

describe('where a row lies', () => {
  it('is the same forever: other answers would lose rows', () => {
    // Of the hash's own test vectors.
    expect(['', 'a', 'foobar'].map(hashOfText)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    expect(hashOfKey(`89abcdef${'0'.repeat(56)}`)).toBe(0x89abcdef);
    expect(['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'].map((user) => shardOf(hashOfText(user), 3))).toEqual([
      0, 1, 1, 2, 2, 0,
    ]);
  });

  it('is the first database where there is one', () => {
    expect(new Set(placesOf(1))).toEqual(new Set([0]));
  });

  it.each([2, 3, 8])('spreads rows evenly over %s', (count) => {
    const places = placesOf(count);
    for (let shard = 0; shard < count; shard++) {
      const share = places.filter((place) => place === shard).length / users.length;
      expect(Math.abs(share - 1 / count)).toBeLessThan(0.03);
    }
  });

  it.each([
    [1, 3],
    [3, 4],
    [2, 8],
  ])('changes only to new ones when %s become %s', (before, now) => {
    const [old, places] = [placesOf(before), placesOf(now)];
    const moved = places.filter((place, at) => place !== old[at]);
    expect(Math.min(...moved)).toBeGreaterThanOrEqual(before);
    expect(moved.length / users.length).toBeCloseTo(1 - before / now, 1);
  });
});

it('orders records as the database does, by code points, member by member', () => {
  const record = { user: 'u', device: 'd', resource: 'r', key: 'k', syncedAt: 1, version: 1, changed: 1 };
  const texts = ['', 'Z', 'a', 'aa', 'é', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10000}a', '\u{1f98a}'];
  const members = (['user', 'device', 'resource', 'key'] as const).map((member) => ({ ...record, [member]: 'z' }));
  const inOrder = [record, ...members.toReversed()];
  expect(inOrder.toReversed().sort(compareRecords)).toEqual(inOrder);
  const byUser = texts.map((user) => ({ ...record, user }));
  expect(byUser.toReversed().sort(compareRecords)).toEqual(byUser);
});
