import { expect, it } from 'vitest';
import { contentRange, ifRangeHolds, singleByteRange } from '../../src/core/byte-range.ts';

it.each([
  ['bytes=0-3', 0, 4],
  ['bytes=5-', 5, 5],
  ['bytes=-3', 7, 3],
  ['bytes=-99', 0, 10],
  ['bytes=8-99', 8, 2],
  ['bytes=9-9', 9, 1],
  ['bytes=8-99999999999999999999', 8, 2],
  ['BYTES= 0-0 ', 0, 1],
])('%s of ten bytes begins at %i and has %i', (header, offset, length) => {
  expect(singleByteRange(header, 10)).toEqual({ offset, length });
});

it.each(['bytes=10-', 'bytes=10-19', 'bytes=99-', 'bytes=-0', 'bytes=99999999999999999999-'])(
  'cannot satisfy %s of ten bytes',
  (header) => {
    expect(singleByteRange(header, 10)).toBe('unsatisfiable');
  },
);

it.each(['bytes=3-2', 'bytes=11-10', 'bytes=0-1,4-5', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes 0-1', ''])(
  'leaves out "%s"',
  (header) => {
    expect(singleByteRange(header, 10)).toBeNull();
  },
);

it('has no range of an empty body', () => {
  expect(singleByteRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(singleByteRange('bytes=-5', 0)).toBeNull();
});

it('says which bytes of how many', () => {
  expect(contentRange({ offset: 7, length: 3 }, 10)).toBe('bytes 7-9/10');
});

it.each([
  [undefined, true],
  ['"tag"', true],
  ['W/"tag"', false],
  ['"other"', false],
  ['Wed, 01 Jan 2026 00:00:00 GMT', false],
])('If-Range %s lets the range of "tag" stand: %s', (header, holds) => {
  expect(ifRangeHolds(header, 'tag')).toBe(holds);
});
