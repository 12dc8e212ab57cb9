import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_S } from '../../../src/contract/constants.ts';
import { retryAfterMs, statusFailure } from '../../../src/origin/origin-status.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const asked = new URL('https://erp.example.com/a?secret=1');
const failure = (status: number, headers = {}) => statusFailure(new Response(null, { status, headers }), asked, NOW);

describe('status codes', () => {
  it.each([200, 201, 203])('takes %i as the data', (status) => {
    expect(failure(status)).toBeNull();
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('tries again after %i', (status) => {
    expect(failure(status)).toMatchObject({ code: 'origin-status', retryable: true });
  });

  it.each([202, 204, 206, 304, 400, 401, 403, 404, 410, 418])('does not try again after %i', (status) => {
    expect(failure(status)).toMatchObject({
      code: 'origin-status',
      retryable: false,
      message: expect.stringContaining(`${status}`),
    });
  });

  it.each([
    ['https://login.example.net/sso?token=x', 'login.example.net'],
    ['/elsewhere?token=x', 'erp.example.com'],
    ['https://', 'an unknown place'],
    [undefined, 'an unknown place'],
  ])('names the host of a redirect to %s and no more', (location, host) => {
    const found = failure(302, location === undefined ? {} : { Location: location });
    expect(found).toMatchObject({ code: 'origin-redirect', retryable: false });
    expect(found?.message).toBe('The origin sent us elsewhere, and redirects are not followed.');
    expect(found?.adminDetail).toBe(`The origin sent us to ${host}, and redirects are not followed.`);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 02 Nov 2026 10:00:30 GMT', 30_000],
    ['Mon, 02 Nov 2026 09:00:00 GMT', 0],
    ['99999999', MAX_RETRY_AFTER_S * 1000],
    ['soon', null],
    [null, null],
  ])('%s means %s ms', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });

  it('goes with the failure', () => {
    expect(failure(503, { 'Retry-After': '7' })).toMatchObject({ retryAfterMs: 7000 });
  });
});
