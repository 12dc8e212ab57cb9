/** What is kept of what somebody typed while they sign in again, and for whom. In Node: `sign-in-again.test.ts` has the way itself. */

import { describe, expect, it } from 'vitest';
import { DRAFTS_MS, dropDraft, dropDrafts, keepDrafts, keptDrafts } from '../src/drafts/kept-drafts.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const ALICE = { user: 'alice', address: '/console/caches?resource=cars' };
const TYPED = { reason: 'prices are wrong', lines: [1, { a: null }] };

/** The part of `Storage` that is asked, with room for so many characters. */
function storage(room = 5_000_000): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (key: string) => void items.delete(key),
    get length() {
      return items.size;
    },
  } as unknown as Storage;
}

describe('drafts', () => {
  it('are there for the same user at the same address, until each is taken', () => {
    const kept = storage();
    expect(keepDrafts(kept, ALICE, TYPED, NOW)).toBe(true);
    expect(keptDrafts(kept, ALICE, NOW)).toEqual(TYPED);
    dropDraft(kept, 'reason');
    expect(keptDrafts(kept, ALICE, NOW)).toEqual({ lines: TYPED.lines });
    dropDraft(kept, 'lines');
    expect(kept.length).toBe(0);
  });

  it('are not at another address, and stay for the first', () => {
    const kept = storage();
    keepDrafts(kept, ALICE, TYPED, NOW);
    expect(keptDrafts(kept, { ...ALICE, address: '/console/caches?resource=pumps' }, NOW)).toEqual({});
    expect(keptDrafts(kept, ALICE, NOW)).toEqual(TYPED);
  });

  it('are never another user’s: they are gone as soon as one asks', () => {
    const kept = storage();
    keepDrafts(kept, ALICE, TYPED, NOW);
    expect(keptDrafts(kept, { ...ALICE, user: 'bob' }, NOW)).toEqual({});
    expect(kept.length).toBe(0);
    expect(keptDrafts(kept, ALICE, NOW)).toEqual({});
  });

  it.each([
    ['an hour after', DRAFTS_MS, TYPED, 1],
    ['later', DRAFTS_MS + 1, {}, 0],
    ['by a clock that was set back', -1, {}, 0],
  ])('last an hour: %s', (_when, ms, drafts, length) => {
    const kept = storage();
    keepDrafts(kept, ALICE, TYPED, NOW);
    expect(keptDrafts(kept, ALICE, NOW + ms)).toEqual(drafts);
    expect(kept.length).toBe(length);
  });

  it('keep their age when one of them is taken', () => {
    const kept = storage();
    keepDrafts(kept, ALICE, TYPED, NOW);
    dropDraft(kept, 'reason');
    expect(keptDrafts(kept, ALICE, NOW + DRAFTS_MS + 1)).toEqual({});
  });

  it('take the place of earlier ones, and leave nothing where nothing was typed', () => {
    const kept = storage();
    keepDrafts(kept, ALICE, TYPED, NOW);
    keepDrafts(kept, ALICE, {}, NOW);
    expect(kept.length).toBe(0);
    keepDrafts(kept, ALICE, TYPED, NOW);
    dropDrafts(kept);
    expect(kept.length).toBe(0);
  });

  it('are said not to be kept where there is no room for them', () => {
    const kept = storage(100);
    expect(keepDrafts(kept, ALICE, { reason: 'x'.repeat(200) }, NOW)).toBe(false);
    expect(kept.length).toBe(0);
  });

  it('count as none where something else stands in their place', () => {
    const kept = storage();
    kept.setItem('freshet.drafts', '{broken');
    expect(keptDrafts(kept, ALICE, NOW)).toEqual({});
  });
});
