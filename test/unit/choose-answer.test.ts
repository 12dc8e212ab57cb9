import { describe, expect, it } from 'vitest';
import { chooseAnswer } from '../../src/core/choose-answer.ts';
import { etagOf } from '../../src/core/etag.ts';
import { sampleEntry, sampleLoaded } from '../support/entries.ts';

const CHANGED_AT = Date.parse('2026-11-01T12:00:00Z');
const BEFORE = 'Sun, 01 Nov 2026 11:00:00 GMT';
const loaded = sampleLoaded(3, { changedAt: CHANGED_AT });
const chain = [1, 2, 3].map((version) => ({ version, fence: version, deltaBytes: 100, hash: 'f'.repeat(64) }));
const entry = sampleEntry({ loaded, chain });
const tag = (version: number) => etagOf(entry.key, version);
const choose = (asked: Parameters<typeof chooseAnswer>[1]) => chooseAnswer({ entry, loaded }, asked);

describe('a reader with X-Delta: auto', () => {
  it.each([
    [tag(3), 'not-modified'],
    [`"${tag(3)}"`, 'not-modified'],
    [`"${tag(1)}", "${tag(3)}"`, 'not-modified'],
    ['*', 'not-modified'],
    [tag(2), 'delta'],
    [undefined, 'whole'],
  ])('that names %s gets what it lacks: %s', (ifNoneMatch, kind) => {
    const chosen = choose({ delta: { kind: 'auto' }, ifNoneMatch });
    expect(chosen.kind).toBe(kind);
    expect(chosen.given).toMatchObject({ version: 3, changed: 3, changedAt: CHANGED_AT });
  });
});

describe('a reader that names versions', () => {
  it('gets their delta even if it has the last version', () => {
    const chosen = choose({ delta: { kind: 'between', from: 1, to: 3 }, ifNoneMatch: tag(3) });
    expect(chosen).toMatchObject({ kind: 'delta', delta: { from: 1, to: 3 } });
  });

  it('is refused by a change of the version at the end of the delta, not by a later one', () => {
    const to = (version: number) =>
      choose({ delta: { kind: 'between', from: 1, to: version }, ifUnmodifiedSince: BEFORE });
    expect(to(2)).toMatchObject({ kind: 'delta', given: { version: 2 } });
    expect(() => to(3)).toThrow(expect.objectContaining({ code: 'precondition-failed' }));
  });
});
