import { expect, it } from 'vitest';
import { withoutCacheBusters } from '../../src/core/cache-buster.ts';

const at = (rest: string) => `https://freshet.example.com/api/v1/rpc/cars/${rest}`;

it.each([
  ['?_=1763900000000', ''],
  ['?_dc=1', ''],
  ['?year=2026&_=1', '?year=2026'],
  ['?_=1&year=2026&_dc=2', '?year=2026'],
  ['?year=2026&_=1#_=2', '?year=2026#_=2'],
])('%s is read as "%s"', (query, read) => {
  expect(withoutCacheBusters(at(query))).toBe(at(read));
});

it.each(['', '?', '?_', '?_=', '?_=x', '?_=1x', '?__=1', '?a_=1', '?year=_=1', '?_%3D1', '#?_=1'])(
  '"%s" stays as it is',
  (rest) => {
    expect(withoutCacheBusters(at(rest))).toBe(at(rest));
  },
);
