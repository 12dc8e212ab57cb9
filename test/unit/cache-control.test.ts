import { expect, it } from 'vitest';
import { requestMaxAge } from '../../src/core/cache-control.ts';

it.each([
  ['max-age=1', 1],
  ['Max-Age=60', 60],
  ['no-cache, max-age=5', 5],
  ['max-age="5"', 5],
  ['max-age=5, max-age=9', 5],
  ['max-age=99999999999999', 2_147_483_648],
  ['note="a, max-age=1", max-age=2', 2],
])('%s is %i seconds', (header, seconds) => {
  expect(requestMaxAge(header)).toBe(seconds);
});

it.each(['max-age=0', 'max-age="0"', 'max-age=00', 'no-cache, max-age=0', 'max-age=0, max-age=9'])(
  '%s is what HTTP stacks send unasked, and names no age',
  (header) => {
    expect(requestMaxAge(header)).toBeNull();
  },
);

it.each([undefined, '', 'no-cache', 'max-age', 'max-age=', 'max-age=-1', 'max-age=1.5', 'x-max-age=3', 's-maxage=3'])(
  '%s names no age',
  (header) => {
    expect(requestMaxAge(header)).toBeNull();
  },
);
