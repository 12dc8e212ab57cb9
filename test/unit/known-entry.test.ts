/** DESIGN "Reading": the table of states and events in src/core/known-entry.ts, cell by cell. */
import { describe, expect, it } from 'vitest';
import {
  answered,
  askingBegun,
  askingEnded,
  type EntryCopy,
  extended,
  failed,
  isCurrentAtEdge,
  type KnownEntry,
  type KnownState,
  nextStep,
  readAtEdge,
  stateOf,
  UNKNOWN,
  usableCopy,
} from '../../src/core/known-entry.ts';
import { sampleEntry } from '../support/entries.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
const entry = sampleEntry({ revision: 5 });

/** What D1 told at `at`, current for a second. */
function copyOf(at: number, more: Partial<EntryCopy> = {}): EntryCopy {
  return { entry, mark: null, markAt: at, confirmedAt: at, currentUntil: at + SECOND, ...more };
}
const later = copyOf(NOW, { entry: { ...entry, revision: 6 } });

const CURRENT: KnownEntry = { ...UNKNOWN, copy: copyOf(NOW - 1), answerNumber: 1 };
const LAST_KNOWN: KnownEntry = { ...UNKNOWN, copy: copyOf(NOW - 60 * SECOND), answerNumber: 1 };
const asked = (known: KnownEntry) => askingBegun(known, NOW + 2500);
const STATES: [string, KnownEntry, KnownState][] = [
  ['unknown', UNKNOWN, 'unknown'],
  ['current', CURRENT, 'current'],
  ['last known', LAST_KNOWN, 'last known'],
  ['being asked, with a copy', asked(LAST_KNOWN), 'being asked'],
  ['being asked, without one', asked(UNKNOWN), 'being asked'],
];

it.each(STATES)('%s is its state', (_name, known, state) => {
  expect(stateOf(known, NOW)).toBe(state);
});

describe('find, where the edge has', () => {
  it.each(STATES)('a current copy, when %s: that copy is current', (_name, known) => {
    const read = readAtEdge(known, later, '"6"', NOW);
    expect(isCurrentAtEdge(read, NOW)).toBe(true);
    expect(usableCopy(read, NOW)?.entry?.revision).toBe(6);
    expect(stateOf({ ...read, askedUntil: 0 }, NOW)).toBe('current');
  });

  it.each([
    ['unknown', UNKNOWN, 'ask'],
    ['current', CURRENT, 'ask'],
    ['last known', LAST_KNOWN, 'ask'],
    ['being asked, with a copy', asked(LAST_KNOWN), 'give'],
    ['being asked, without one', asked(UNKNOWN), 'wait'],
  ])('none, when %s: %s', (_name, known, step) => {
    expect(nextStep(known, 1, NOW)).toBe(step);
  });

  it('none, and D1 or an object has answered since it came: that answer', () => {
    expect(nextStep(answered(UNKNOWN, later, 2, NOW), 1, NOW)).toBe('give');
    expect(nextStep(asked(answered(UNKNOWN, later, 2, NOW)), 1, NOW)).toBe('give');
  });

  it('none, and D1 has failed since it came: the copy, or the refusal', () => {
    expect(nextStep(failed(LAST_KNOWN, 2), 1, NOW)).toBe('give');
    expect(nextStep(failed(UNKNOWN, 2), 1, NOW)).toBe('refuse');
    expect(nextStep(failed(UNKNOWN, 2), 2, NOW)).toBe('ask');
  });
});

describe('D1 answered', () => {
  it.each(STATES)('when %s: current', (_name, known) => {
    const after = askingEnded(answered(known, later, 2, NOW), NOW + 2500);
    expect([stateOf(after, NOW), after.copy?.entry?.revision]).toEqual(['current', 6]);
  });

  it('with a lower revision: the higher one stays', () => {
    const lower = copyOf(NOW, { entry: { ...entry, revision: 4 } });
    expect(answered(LAST_KNOWN, lower, 2, NOW).copy).toMatchObject({
      entry: { revision: 5 },
      currentUntil: NOW + SECOND,
    });
  });

  it('late, when a later question was answered before: the mark of the later one, current as long as it is', () => {
    const mark = { number: 9, purged: 9, deleted: false };
    const late = copyOf(NOW - SECOND, { currentUntil: NOW + SECOND });
    const known = { ...UNKNOWN, copy: copyOf(NOW - 1, { mark }) };
    expect(answered(known, late, 2, NOW).copy).toMatchObject({ mark, currentUntil: NOW - 1 + SECOND });
  });

  it('with another mark: the mark told last', () => {
    const mark = (number: number) => ({ number, purged: 0, deleted: false });
    const known = { ...UNKNOWN, copy: copyOf(NOW - 1, { mark: mark(9), bookmark: '9' }) };
    expect(answered(known, copyOf(NOW, { mark: mark(7), bookmark: '7' }), 2, NOW).copy).toMatchObject({
      mark: mark(7),
      bookmark: '7',
    });
    const ofObject = copyOf(NOW, { markAt: 0 });
    expect(answered(known, ofObject, 2, NOW).copy).toMatchObject({ mark: mark(9), bookmark: '9' });
  });
});

describe('D1 failed', () => {
  it.each([
    ['a copy', LAST_KNOWN, 'current'],
    ['nothing', UNKNOWN, 'unknown'],
  ])('with %s, while it was asked: %s', (_name, known, state) => {
    const asking = extended(asked(known), NOW + SECOND);
    expect(stateOf(askingEnded(failed(asking, 2), NOW + 2500), NOW)).toBe(state);
  });

  it('for a request that asked beside the others: the state stays', () => {
    for (const [, known, state] of STATES) expect(stateOf(failed(known, 2), NOW)).toBe(state);
  });
});

describe('an object answered', () => {
  it.each(STATES)(
    'when %s: the state stays, with the newer copy; of an unknown one it is current',
    (_name, known, state) => {
      const after = answered(known, { ...later, markAt: 0 }, 2, NOW);
      expect(stateOf(after, NOW)).toBe(state === 'unknown' ? 'current' : state);
      expect(after.copy?.currentUntil).toBe((known.copy ?? later).currentUntil);
      expect(usableCopy(after, NOW)?.entry?.revision).toBe(6);
    },
  );
});

describe('time passes', () => {
  it.each([
    ['current', CURRENT, SECOND, 'last known'],
    ['last known', LAST_KNOWN, HOUR - 60 * SECOND - 1, 'last known'],
    ['last known', LAST_KNOWN, HOUR - 60 * SECOND, 'unknown'],
    ['being asked, with a copy', asked(LAST_KNOWN), 2500, 'last known'],
    ['being asked, without one', asked(UNKNOWN), 2500, 'unknown'],
  ])('%s, after a while: as its copy is', (_name, known, ms, state) => {
    expect(stateOf(known, NOW + ms)).toBe(state);
  });

  it('extending a copy never gives it more than its hour', () => {
    let known: KnownEntry = LAST_KNOWN;
    for (let at = NOW; at < NOW + 2 * HOUR; at += 500) known = extended(known, at + SECOND);
    expect(known.copy?.currentUntil).toBe(NOW - 60 * SECOND + HOUR);
    expect(stateOf(known, NOW - 60 * SECOND + HOUR)).toBe('unknown');
  });
});

it('a request that has taken too long to ask does not end the asking of another', () => {
  const second = askingBegun(asked(LAST_KNOWN), NOW + 5000);
  expect(stateOf(askingEnded(second, NOW + 2500), NOW)).toBe('being asked');
  expect(stateOf(askingEnded(second, NOW + 5000), NOW)).toBe('last known');
});
