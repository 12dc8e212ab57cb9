import { describe, expect, it } from 'vitest';
import { Resource } from '../../src/contract/resource.ts';
import { likelyName } from '../../src/core/likely-name.ts';

const MEMBERS = Object.keys(Resource.entries);

describe('the name that was meant', () => {
  it.each([
    ['tll_s', 'ttl_s'],
    ['ttl', 'ttl_s'],
    ['TTL_S', 'ttl_s'],
    ['parameterMaxBytes', 'parameters_max_bytes'],
    ['table', 'tables'],
    ['rerty', 'retry'],
    ['shedule', 'schedule'],
    ['content-type', 'content_type'],
    ['origni', 'origin'],
    ['stale_if_eror', 'stale_if_error_s'],
    ['guards', 'guard'],
  ])('of %s is %s', (written, meant) => {
    expect(likelyName(written, MEMBERS)).toBe(meant);
  });

  it.each(['colour', 'x', '', 'id', '__proto__', 'ttt', 'x'.repeat(65), `ttl_s${'x'.repeat(60)}`])(
    'of %s is none',
    (written) => {
      expect(likelyName(written, MEMBERS)).toBeUndefined();
    },
  );

  it('of one or two letters is only the same name written otherwise', () => {
    expect(likelyName('m', ['n'])).toBeUndefined();
    expect(likelyName('to', ['no'])).toBeUndefined();
    expect(likelyName('N', ['n'])).toBe('n');
  });

  it('is the closest of several, and no beginning where one differs by a letter', () => {
    expect(likelyName('limt', ['limits', 'limit', 'lim'])).toBe('limit');
    expect(likelyName('rows', ['row', 'rows_max'])).toBe('row');
    expect(likelyName('time', ['timeout_s', 'times_of_day'])).toBe('timeout_s');
  });

  it('is found in bounded time, of thousands of names', () => {
    const written = Array.from({ length: 10_000 }, (_, n) => `member_${n}`);
    expect(written.filter((name) => likelyName(name, MEMBERS) !== undefined)).toEqual([]);
  });
});
