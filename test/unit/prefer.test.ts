import { describe, expect, it } from 'vitest';
import { holdMs, parsePrefer, preferenceApplied, prefersMinimal } from '../../src/core/prefer.ts';

describe('Prefer (RFC 7240, CONTRACT 6)', () => {
  it.each([
    ['respond-async', { respondAsync: true, waitS: null }],
    ['wait=7', { respondAsync: false, waitS: 7 }],
    ['wait="7"', { respondAsync: false, waitS: 7 }],
    ['WAIT = 7', { respondAsync: false, waitS: 7 }],
    ['respond-async, wait=2', { respondAsync: true, waitS: 2 }],
    ['wait=2; foo="bar", respond-async; x', { respondAsync: true, waitS: 2 }],
    ['respond-async=""', { respondAsync: true, waitS: null }],
    ['wait=0', { respondAsync: false, waitS: 0 }],
  ])('reads %s', (header, preferences) => {
    expect(parsePrefer(header)).toEqual(preferences);
  });

  it.each([
    ['return=minimal', true],
    ['wait=2, Return="Minimal"', true],
    ['return=representation, return=minimal', false],
    ['minimal', false],
    [undefined, false],
  ])('reads whether %s prefers a minimal answer', (header, isMinimal) => {
    expect(prefersMinimal(header)).toBe(isMinimal);
  });

  it.each(['wait=31', 'wait=99999999999999999999999'])('takes %s as 30', (header) => {
    expect(parsePrefer(header).waitS).toBe(30);
  });

  it.each([
    [undefined],
    [''],
    [','],
    ['wait'],
    ['wait='],
    ['wait=-1'],
    ['wait=1.5'],
    ['wait=1e1'],
    ['wait=abc'],
    ['respond-async=yes'],
    ['handling=lenient'],
    ['"respond-async"'],
    ['foo="a, wait=5, respond-async"'],
    ['foo="a, wait=5'],
  ])('ignores %s', (header) => {
    expect(parsePrefer(header)).toEqual({ respondAsync: false, waitS: null });
  });

  it('counts the first of a repeated preference, even where that is malformed', () => {
    expect(parsePrefer('wait=3, wait=9').waitS).toBe(3);
    expect(parsePrefer('wait=x, wait=9').waitS).toBeNull();
  });

  // Whoever has a token could keep the isolate busy with one header: these took minutes.
  it('reads 100 KB of white space as quickly as of anything else', () => {
    expect(parsePrefer(`wait=${' '.repeat(100_000)}"`).waitS).toBeNull();
    expect(parsePrefer(`respond-async;${' '.repeat(100_000)}", wait=3`).waitS).toBeNull();
    expect(parsePrefer(`wait = \t 3${' '.repeat(100_000)}`).waitS).toBe(3);
  });

  it('confirms what is honoured and nothing else', () => {
    expect(preferenceApplied(parsePrefer('respond-async, wait=99, foo'))).toBe('respond-async, wait=30');
    expect(preferenceApplied({ waitS: 0 })).toBe('wait=0');
    expect(preferenceApplied(parsePrefer('foo'))).toBeUndefined();
  });

  it.each([
    ['', 1000],
    ['respond-async', 0],
    ['wait=5', 5000],
    ['wait=0', 0],
    ['respond-async, wait=5', 5000],
  ])('holds an answer to "%s" for %d ms where 1000 is usual', (header, ms) => {
    expect(holdMs(parsePrefer(header), 1000)).toBe(ms);
  });
});
