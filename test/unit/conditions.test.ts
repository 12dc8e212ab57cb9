import { describe, expect, it } from 'vitest';
import { type Conditions, evaluateConditions, matches, parseEntityTags } from '../../src/core/conditions.ts';

const LAST_MODIFIED = Date.parse('2026-11-01T12:00:00.700Z');
const AT = 'Sun, 01 Nov 2026 12:00:00 GMT';
const BEFORE = 'Sun, 01 Nov 2026 11:59:59 GMT';

function verdict(conditions: Omit<Conditions, 'method'>, method = 'GET', etag: string | null = 'now') {
  return evaluateConditions({ method, ...conditions }, { etag, lastModified: LAST_MODIFIED });
}

describe('conditions in the order of RFC 9110 section 13.2.2', () => {
  it.each([
    ['"now"', 'not-modified'],
    ['W/"now"', 'not-modified'],
    ['"old", "now"', 'not-modified'],
    ['"old","x,y", W/"now"', 'not-modified'],
    ['*', 'not-modified'],
    ['"old"', 'modified'],
    ['now', 'not-modified'],
    ['W/now', 'not-modified'],
    ['old, now', 'not-modified'],
    ['"now-gzip"', 'not-modified'],
    ['"now--gzip"', 'not-modified'],
    ['"now;gzip"', 'not-modified'],
    ['"now:br"', 'not-modified'],
    ['W/"now-br"', 'not-modified'],
    ['"now"-gzip', 'not-modified'],
    ['now;gzip', 'not-modified'],
    ['"now-zip"', 'modified'],
    ['"no"w', 'modified'],
    ['"gzip"', 'modified'],
    ['"now', 'not-modified'],
    ['', 'modified'],
  ])('compares If-None-Match: %s weakly', (ifNoneMatch, expected) => {
    expect(verdict({ ifNoneMatch })).toBe(expected);
  });

  it.each([
    ['"now"', 'modified'],
    ['*', 'modified'],
    ['now', 'modified'],
    ['"now-gzip"', 'modified'],
    ['W/now', 'failed'],
    ['"old", "now"', 'modified'],
    ['W/"now"', 'failed'],
    ['"old"', 'failed'],
  ])('compares If-Match: %s strongly', (ifMatch, expected) => {
    expect(verdict({ ifMatch }, 'PUT')).toBe(expected);
  });

  it('fails If-None-Match of a method that changes something with 412', () => {
    expect(verdict({ ifNoneMatch: '*' }, 'PUT')).toBe('failed');
    expect(verdict({ ifNoneMatch: '*' }, 'PUT', null)).toBe('modified');
  });

  it('fails If-Match: * where there is nothing', () => {
    expect(verdict({ ifMatch: '*' }, 'PUT', null)).toBe('failed');
  });

  it.each([
    [AT, 'not-modified'],
    [BEFORE, 'modified'],
    ['Sunday, 01-Nov-26 12:00:00 GMT', 'not-modified'],
    ['Sun Nov  1 12:00:00 2026', 'not-modified'],
    ['yesterday', 'modified'],
    ['1', 'modified'],
    ['2090', 'modified'],
    ['2090-01-01T00:00:00Z', 'modified'],
  ])('compares If-Modified-Since: %s to the second', (ifModifiedSince, expected) => {
    expect(verdict({ ifModifiedSince })).toBe(expected);
  });

  it('counts If-Modified-Since only without If-None-Match, and only of safe methods', () => {
    expect(verdict({ ifModifiedSince: AT, ifNoneMatch: '"old"' })).toBe('modified');
    expect(verdict({ ifModifiedSince: AT }, 'POST')).toBe('modified');
  });

  it('counts If-Unmodified-Since only without If-Match', () => {
    expect(verdict({ ifUnmodifiedSince: BEFORE })).toBe('failed');
    expect(verdict({ ifUnmodifiedSince: AT })).toBe('modified');
    expect(verdict({ ifUnmodifiedSince: BEFORE, ifMatch: '"now"' })).toBe('modified');
  });

  it('ignores an If-Unmodified-Since that is no date', () => {
    expect(verdict({ ifUnmodifiedSince: '1' })).toBe('modified');
  });

  it('goes on to If-None-Match once If-Match holds', () => {
    expect(verdict({ ifMatch: '"now"', ifNoneMatch: '"now"' })).toBe('not-modified');
  });
});

describe('entity tags', () => {
  it('are read with their weakness, commas in them included', () => {
    expect(parseEntityTags('"a,b" , W/"c",""')).toEqual([
      { weak: false, tag: 'a,b' },
      { weak: true, tag: 'c' },
      { weak: false, tag: '' },
    ]);
  });

  it('match nothing where there is no representation', () => {
    expect(matches('*', null, 'weak')).toBe(false);
  });
});
