import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../src/core/http-date.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const read = (text: string) => parseHttpDate(text, NOW);

describe('dates of HTTP (RFC 9110 section 5.6.7)', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'have three forms: %s',
    (text) => {
      expect(read(text)).toBe(Date.parse('1994-11-06T08:49:37Z'));
    },
  );

  it('take two digits of a year more than 50 years ahead for one of the past', () => {
    expect(read('Sunday, 01-Nov-76 00:00:00 GMT')).toBe(Date.parse('2076-11-01T00:00:00Z'));
    expect(read('Monday, 01-Nov-77 00:00:00 GMT')).toBe(Date.parse('1977-11-01T00:00:00Z'));
  });

  it('have leap seconds and days of two digits', () => {
    expect(read('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(Date.parse('2017-01-01T00:00:00Z'));
    expect(read('Wed Nov 16 08:49:37 1994')).toBe(Date.parse('1994-11-16T08:49:37Z'));
  });

  it.each([
    '',
    '0',
    '1',
    '2090',
    'yesterday',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 06 Nov 1994 08:49:37 GMT, x',
  ])('are nothing else: "%s"', (text) => {
    expect(read(text)).toBeNull();
  });
});
