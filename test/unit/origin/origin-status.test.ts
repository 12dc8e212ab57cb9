import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_S } from '../../../src/contract/constants.ts';
import { hasNoContent, retryAfterMs, statusFailure } from '../../../src/origin/origin-status.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const failure = (status: number, headers = {}) => statusFailure(new Response(null, { status, headers }), NOW);

describe('status codes', () => {
  it.each([200, 201, 203])('takes %i as the data', (status) => {
    expect(failure(status)).toBeNull();
  });

  it.each([204, 205])('takes %i as an answer without content', (status) => {
    expect(failure(status)).toBeNull();
    expect(hasNoContent(new Response(null, { status }))).toBe(true);
  });

  it.each([202, 408, 425, 429, 500, 502, 503, 504, 599])('tries again after %i', (status) => {
    expect(failure(status)).toMatchObject({ code: 'origin-status', retryable: true });
  });

  it.each([401, 403])('takes %i for a refusal to let us in, which another try does not change', (status) => {
    const message = `The origin answered with status ${status}.`;
    expect(failure(status)).toMatchObject({ code: 'origin-auth', retryable: false, message });
  });

  it.each([206, 304, 400, 402, 404, 407, 410, 418])('does not try again after %i', (status) => {
    expect(failure(status)).toMatchObject({
      code: 'origin-status',
      retryable: false,
      message: expect.stringContaining(`${status}`),
    });
  });

  it.each([520, 521, 522, 523, 524, 525, 526, 530])('says what Cloudflare means by %i', (status) => {
    expect(failure(status)?.message).toMatch(
      / Cloudflare answers with this status if it cannot reach an origin: .+\.$/,
    );
  });

  it.each([400, 403, 404, 409, 423])('tries again after %i with Retry-After', (status) => {
    const headers = { 'Retry-After': '5' };
    expect(failure(status, headers)).toMatchObject({ code: 'origin-status', retryable: true, retryAfterMs: 5000 });
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
    expect(retryAfterMs(new Headers(value === null ? {} : { 'Retry-After': value }), NOW)).toBe(expected);
  });

  it.each([
    ['Mon, 02 Nov 2026 12:00:30 GMT', 30_000],
    ['Mon, 02 Nov 2026 10:00:30 GMT', 0],
    ['Tue, 03 Nov 2026 12:00:00 GMT', MAX_RETRY_AFTER_S * 1000],
    ['7', 7000],
  ])("counts from the answer's own date: %s", (value, expected) => {
    const headers = new Headers({ 'Retry-After': value, Date: 'Mon, 02 Nov 2026 12:00:00 GMT' });
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });

  it('goes with the failure', () => {
    expect(failure(503, { 'Retry-After': '7' })).toMatchObject({ retryAfterMs: 7000 });
  });
});
