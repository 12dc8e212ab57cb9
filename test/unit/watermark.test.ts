import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Changes } from '../../src/contract/changes.ts';
import { compareMarks, isMark, laterMark, markValue, writtenMark } from '../../src/core/watermark.ts';

const changes = (more: Partial<Changes> = {}): Changes => ({ full_s: 86_400, ...more });

describe('watermarks', () => {
  it.each([
    ['2026-11-28T20:59:59Z', '2026-11-28T20:59:59.000Z', 0],
    ['2026-11-28T20:59:59.1Z', '2026-11-28T20:59:59.09Z', 1],
    ['2026-11-28T20:59:59.123456789Z', '2026-11-28T20:59:59.12345679Z', -1],
    ['2026-11-28T20:59:59.9Z', '2026-11-28T21:00:00Z', -1],
  ])('of time compare as instants: %s and %s', (one, other, expected) => {
    expect(Math.sign(compareMarks('time', one, other))).toBe(expected);
    expect(Math.sign(compareMarks('time', other, one))).toBe(expected === 0 ? 0 : -expected);
  });

  it.each([
    ['9', '10', -1],
    ['1.10', '1.1', 0],
    ['-2', '-10', 1],
    ['1e3', '1000', 0],
    ['12345678901234567891', '12345678901234567890', 1],
    ['0.1e-2', '0.001', 0],
  ])('of numbers compare as decimals: %s and %s', (one, other, expected) => {
    expect(Math.sign(compareMarks('number', one, other))).toBe(expected);
  });

  it.each<[mark: string, more: Partial<Changes>, value: string | number]>([
    ['41', { as: 'number', lag: 1 }, 40],
    ['1.50', { as: 'number' }, 1.5],
    ['18446744073709551615', { as: 'number' }, '18446744073709551615'],
    ['1970-01-01T00:00:10Z', { write: 'unix', lag_s: 0 }, 10],
    ['1970-01-01T00:00:10Z', { write: 'date', lag_s: 0 }, '1970-01-01'],
    ['1970-01-01T00:00:10.50Z', { lag_s: 0 }, '1970-01-01T00:00:10.50Z'],
  ])('as values are numbers where no digit goes: %s, %j', (mark, more, value) => {
    expect(markValue(mark, changes(more))).toBe(value);
  });

  it('compare as the numbers that they are', () => {
    const decimal = fc.tuple(fc.integer(), fc.integer({ min: -5, max: 5 })).map(([n, e]) => `${n}e${e}`);
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        expect(Math.sign(compareMarks('number', one, other))).toBe(Math.sign(Number(one) - Number(other)));
      }),
    );
  });

  it('are the later of two, and of one alone that one', () => {
    expect(laterMark('number', '9', '10')).toBe('10');
    expect(laterMark('time', null, '2026-11-28T20:59:59Z')).toBe('2026-11-28T20:59:59Z');
    expect(laterMark('time', '2026-11-28T20:59:59Z', null)).toBe('2026-11-28T20:59:59Z');
    expect(laterMark('time', null, null)).toBeNull();
  });

  it('beyond all measure are none', () => {
    expect(isMark('number', '1e401')).toBe(false);
    expect(isMark('number', '1e-400')).toBe(true);
    expect(isMark('number', `0.${'1'.repeat(126)}`)).toBe(true);
    expect(isMark('number', `0.${'1'.repeat(127)}`)).toBe(false);
    expect(isMark('time', `2026-11-28T20:59:59.${'1'.repeat(127)}Z`)).toBe(false);
  });

  it.each<[string, Partial<Changes>, string]>([
    ['2026-11-28T20:59:59.1234Z', {}, '2026-11-28T20:54:59.1234Z'],
    ['2026-11-28T00:00:10Z', { lag_s: 11 }, '2026-11-27T23:59:59Z'],
    ['2026-11-28T00:00:10Z', { lag_s: 11, write: 'date' }, '2026-11-27'],
    ['2026-11-28T00:00:10.5Z', { lag_s: 0, write: 'unix' }, '1795824010'],
    ['2026-11-28T00:00:10.5678Z', { lag_s: 0, write: 'unix_ms' }, '1795824010567'],
    ['2026-11-28T20:59:59.123456789Z', { lag_s: 0, write: 'odata2' }, "datetime'2026-11-28T20:59:59.1234567'"],
    ['2026-11-28T20:59:59.9Z', { lag_s: 0, write: 'odata3' }, "datetime'2026-11-28T20:59:59'"],
    ['12345678901234567891', { as: 'number' }, '12345678901234567891'],
    ['10.5', { as: 'number', lag: 11 }, '-0.5'],
    ['1e3', { as: 'number', lag: 1 }, '999'],
  ])('are written as the definition says, so far before: %s %j', (mark, more, expected) => {
    expect(writtenMark(mark, changes(more))).toBe(expected);
  });

  it('are never written later than they are', () => {
    const time = fc.date({ min: new Date(0), noInvalidDate: true, max: new Date('2100-01-01') });
    fc.assert(
      fc.property(time, fc.nat(86_400), (date, lag_s) => {
        const written = writtenMark(date.toISOString(), changes({ lag_s }));
        expect(Date.parse(written)).toBe(date.getTime() - lag_s * 1000);
      }),
    );
  });
});
