import { describe, expect, it } from 'vitest';
import { taskError } from '../../src/contract/problem.ts';
import {
  type FreshnessRules,
  failureInForce,
  freshnessRules,
  isAwaited,
  judge,
  spreadTtlMs,
} from '../../src/core/freshness.ts';
import type { Entry } from '../../src/ports/entry.ts';
import { sampleEntry, sampleLoaded } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';

const LOADED_AT = 1_000_000;
const rules: FreshnessRules = {
  ttlMs: 10_000,
  staleWhileRevalidateMs: 5_000,
  staleIfErrorMs: 60_000,
  number: 100,
  purged: 0,
  notBefore: null,
};

function entryOf(more: Partial<Entry> = {}): Entry {
  return sampleEntry({ loaded: sampleLoaded(3, { loadedAt: LOADED_AT, expiresAt: LOADED_AT + 10_000 }), ...more });
}
const stateAt = (ms: number, more: Partial<FreshnessRules> = {}, entry: Entry | null = entryOf()) =>
  judge(entry, { ...rules, ...more }, LOADED_AT + ms);

describe('time', () => {
  it.each([
    [0, 'fresh'],
    [9_999, 'fresh'],
    [10_000, 'stale'],
    [14_999, 'stale'],
    [15_000, 'expired'],
  ])('%i ms after the load it is %s', (ms, state) => {
    expect(stateAt(ms).state).toBe(state);
  });

  it('is never fresh with ttl_s 0', () => {
    expect(stateAt(0, { ttlMs: 0 })).toMatchObject({ state: 'stale', expiresAt: LOADED_AT });
  });

  it('goes by a shorter ttl_s from the moment that it is defined', () => {
    expect(stateAt(3_000, { ttlMs: 2_000 })).toMatchObject({ state: 'stale', expiresAt: LOADED_AT + 2_000 });
  });

  it('goes by the expiry that the object decided, where that is sooner', () => {
    expect(stateAt(10_000, { ttlMs: 3_600_000 }).state).toBe('stale');
  });
});

describe('a failed load', () => {
  it.each([
    [69_999, true],
    [70_000, false],
  ])('%i ms after the load the stale body stands in: %s', (ms, standsIn) => {
    expect(stateAt(ms)).toMatchObject({ state: 'expired', standsIn });
  });

  it.each([
    ['origin-guard', true],
    ['origin-pages', true],
    ['origin-refused', true],
    ['origin-status', false],
    ['origin-malformed', false],
    ['internal', false],
  ] as const)('as %s lets the stale body stand seven days longer: %s', (code, longer) => {
    const entry = entryOf({ lastError: taskError(code, '') });
    const days = 7 * 86_400_000;
    expect(stateAt(69_999 + days, {}, entry)).toMatchObject({ state: 'expired', standsIn: longer });
    expect(stateAt(70_000 + days, {}, entry)).toMatchObject({ standsIn: false });
    expect(stateAt(2_000, { notBefore: LOADED_AT + 1 }, entry)).toMatchObject({ standsIn: false });
  });

  const failing = entryOf({ retryAt: LOADED_AT + 20_000, lastError: taskError('origin-status', 'It answered 503.') });

  it.each([
    [19_999, true],
    [20_000, false],
  ])('%i ms after the load it stands: %s', (ms, stands) => {
    expect(failureInForce(failing, rules, LOADED_AT + ms) !== null).toBe(stands);
  });

  it('says nothing of a newer definition', () => {
    expect(failureInForce(failing, { ...rules, number: 101 }, LOADED_AT)).toBeNull();
    expect(failureInForce({ ...failing, failedNumber: 101 }, { ...rules, number: 101 }, LOADED_AT)).not.toBeNull();
  });
});

describe('the definition', () => {
  it('expires what was loaded under an older one, from the moment of the change', () => {
    const number = LOADED_AT + 4_000;
    const entry = entryOf({ number: LOADED_AT - 1 });
    expect(stateAt(6_000, { number }, entry)).toMatchObject({ state: 'stale', expiresAt: number });
    expect(stateAt(9_500, { number }, entry).state).toBe('expired');
  });

  it('expires it at once, though the clock that numbered the change is ahead', () => {
    expect(stateAt(1_000, { number: LOADED_AT + 5_000 }).state).toBe('stale');
  });

  it('makes absent what was loaded before a purge', () => {
    expect(stateAt(0, { number: 101, purged: 101 }).state).toBe('absent');
  });

  it('is known by whichever of isolate and look-up knows more', () => {
    const resource = { title: 't', definition: sampleResource(), number: 7, purged: 3, changedAt: 7 };
    const mark = { number: 5, purged: 5, deleted: false };
    expect(freshnessRules(resource, mark, null)).toMatchObject({ number: 7, purged: 5 });
    expect(freshnessRules(resource, null, null)).toMatchObject({ number: 7, purged: 3 });
  });
});

describe('max-age', () => {
  it('expires an older body past every window', () => {
    expect(stateAt(2_000, { notBefore: LOADED_AT + 1 })).toMatchObject({ state: 'expired', standsIn: false });
  });

  it('accepts one that is young enough', () => {
    expect(stateAt(2_000, { notBefore: LOADED_AT }).state).toBe('fresh');
  });
});

describe('nothing loaded', () => {
  it.each([
    ['no entry', null],
    ['a purged one', entryOf({ loaded: null })],
  ])('%s is absent', (_name, entry) => {
    expect(stateAt(0, {}, entry).state).toBe('absent');
  });
});

describe('what a wait accepts', () => {
  it.each([
    ['a later load', 2, {}, true],
    ['the load that it saw', 3, {}, false],
    ['a later load that has expired at once', 2, { ttlMs: 0 }, true],
    ['a later load under an older definition', 2, { number: 101 }, false],
    ['a later load that max-age finds too old', 2, { notBefore: LOADED_AT + 1 }, false],
  ])('%s', (_name, seen, more, accepted) => {
    expect(isAwaited(entryOf(), seen, { ...rules, ...more })).toBe(accepted);
  });
});

describe('the time to live of a load', () => {
  it.each([
    [0, 10_000],
    [0.5, 9_500],
    [0.999_999, 9_001],
  ])('is up to a tenth shorter, by chance: %d', (random, ttlMs) => {
    expect(spreadTtlMs(10_000, random)).toBe(ttlMs);
  });

  it('is none where there is none', () => {
    expect(spreadTtlMs(0, 0.7)).toBe(0);
  });
});
