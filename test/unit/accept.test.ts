import { describe, expect, it } from 'vitest';
import { acceptsGzip, prefers, wanted } from '../../src/core/accept.ts';

const STREAM = 'text/event-stream';
const JSON_TYPE = 'application/json';

describe('an event stream is what is wanted by', () => {
  it.each([
    'text/event-stream',
    'TEXT/Event-Stream;charset=utf-8',
    'text/event-stream, */*',
    '*/*, text/event-stream',
    'text/event-stream, application/json',
    'application/json;q=0.5, text/event-stream;q=0.6',
    'application/json;q=0, text/event-stream;q=0.1',
    'text/event-stream;q=0.1, */*;q=0',
    'text/event-stream;q=x, application/json;q=0.9',
    'text/event-stream;q=1.000,application/json;q=0.999',
  ])('Accept: %s', (header) => {
    expect(prefers(header, STREAM, JSON_TYPE)).toBe(true);
  });
});

describe('an event stream is not what is wanted by', () => {
  it.each([
    '',
    '*/*',
    'text/*',
    'application/json',
    'application/json, text/event-stream',
    'text/event-stream;q=0',
    'text/event-stream; q=0.000, */*',
    'text/event-stream;q=0.5, */*',
    'text/event-stream;q=0.5, application/*',
    'application/json, text/event-stream;q=0.9',
    'text/event-streams',
  ])('Accept: %s', (header) => {
    expect(prefers(header, STREAM, JSON_TYPE)).toBe(false);
  });
});

it('the most specific range weighs', () => {
  expect(wanted('*/*;q=0.1, application/*;q=0.2, application/json;q=0.3', JSON_TYPE)).toEqual({
    weight: 0.3,
    place: 2,
  });
  expect(wanted('*/*;q=0.1, application/*;q=0.2', JSON_TYPE)).toEqual({ weight: 0.2, place: null });
  expect(wanted('*/*;q=0.1', JSON_TYPE)).toEqual({ weight: 0.1, place: null });
  expect(wanted('text/html', JSON_TYPE)).toEqual({ weight: 0, place: null });
  expect(wanted('', JSON_TYPE)).toEqual({ weight: 1, place: null });
});

describe('gzip (RFC 9110 section 12.5.3)', () => {
  it.each(['gzip', 'br, gzip', 'GZIP;q=0.1', 'x-gzip', '*', 'br;q=1, *;q=0.1'])('is taken by %s', (header) => {
    expect(acceptsGzip(header)).toBe(true);
  });

  it.each(['', 'identity', 'br', 'gzip;q=0', '*, gzip;q=0', '*;q=0'])('is not taken by "%s"', (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
