import { describe, expect, it } from 'vitest';
import { sendable, validatedBy, validatorsOf } from '../../../src/origin/validators.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const DATE = 'Mon, 02 Nov 2026 10:00:00 GMT';
const EARLIER = 'Mon, 02 Nov 2026 09:59:59 GMT';
const keptOf = (headers: Record<string, string>) => validatorsOf(new Headers(headers), NOW);

describe('an entity tag', () => {
  it.each(['"a"', 'W/"a"', '""', '"!#~"', 'abc', '5d8c72a5edda8d6a:0', 'a=b', '0'])(
    'is kept as it came: %s',
    (etag) => {
      expect(keptOf({ ETag: etag }).etag).toBe(etag);
      expect(sendable({ etag, lastModified: null }, NOW).etag).toBe(etag);
    },
  );

  it.each(['*', '', '-1', 'null', '"a', 'a"', '"a" "b"', '"a", "b"', 'a,b', 'two words', `"${'x'.repeat(1100)}"`])(
    'is neither kept nor sent if it is none: %s',
    (etag) => {
      expect(keptOf({ ETag: etag }).etag).toBeNull();
      expect(sendable({ etag, lastModified: null }, NOW).etag).toBeNull();
    },
  );
});

describe('a date of change', () => {
  it('is kept if it is at least a second older than the answer', () => {
    expect(keptOf({ 'Last-Modified': EARLIER, Date: DATE }).lastModified).toBe(EARLIER);
  });

  it.each([
    ['of the same second', { 'Last-Modified': DATE, Date: DATE }],
    ['of the future', { 'Last-Modified': DATE, Date: EARLIER }],
    ['of an answer without a date', { 'Last-Modified': EARLIER }],
    ['of an answer with another date', { 'Last-Modified': EARLIER, Date: 'now' }],
    ['that is none', { 'Last-Modified': '-1', Date: DATE }],
    ['that is empty', { 'Last-Modified': '', Date: DATE }],
  ])('%s is not kept', (_name, headers) => {
    expect(keptOf(headers).lastModified).toBeNull();
  });

  it.each(['-1', '', '*', '2026-11-02'])('is not sent if it is none: %s', (lastModified) => {
    expect(sendable({ etag: null, lastModified }, NOW).lastModified).toBeNull();
  });
});

describe('a 304', () => {
  const sent = { etag: '"a"', lastModified: EARLIER };
  const proven = (headers: Record<string, string>, held = sent as Parameters<typeof validatedBy>[1]) =>
    validatedBy(new Headers(headers), held, NOW);

  it.each([{}, { ETag: '"a"' }, { ETag: 'W/"a"' }, { ETag: '"a"', 'Last-Modified': DATE }])(
    'proves what it does not deny: %j',
    (headers) => {
      expect(proven(headers)).toMatchObject({ lastModified: EARLIER });
    },
  );

  it('brings newer validators', () => {
    const headers = { ETag: 'W/"a"', Date: DATE, 'Last-Modified': 'Mon, 02 Nov 2026 09:00:00 GMT' };
    expect(proven(headers)).toEqual({ etag: 'W/"a"', lastModified: 'Mon, 02 Nov 2026 09:00:00 GMT' });
  });

  it.each([{ ETag: '"b"' }, { ETag: '*' }, { ETag: '"a"x' }])('of another version proves nothing: %j', (headers) => {
    expect(proven(headers)).toBeNull();
  });

  it('with another date proves nothing where no entity tag does', () => {
    const held = { etag: null, lastModified: EARLIER };
    expect(proven({ 'Last-Modified': DATE }, held)).toBeNull();
    expect(proven({ 'Last-Modified': EARLIER }, held)).toEqual(held);
  });

  it('proves nothing where nothing was sent', () => {
    expect(proven({ ETag: '"a"' }, { etag: null, lastModified: null })).toBeNull();
  });
});
