/** What an origin's status code means for a load (DESIGN "A refresh", point 5). */

import { MAX_RETRY_AFTER_S } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import { parseHttpDate } from '../core/http-date.ts';

// 202 promises an answer, 204 has none and 206 is a piece of one: none of them is the data.
const WHOLE = new Set([200, 201, 203]);
const RETRYABLE = new Set([408, 425, 429]);

/** Why an answer is no data; null: it is. `asked` is the URL that was asked, `now` in ms. 304 is the caller's affair. */
export function statusFailure(response: Response, asked: URL, now: number): LoadFailure | null {
  const { status, headers } = response;
  if (WHOLE.has(status)) return null;
  if (status >= 300 && status < 400 && status !== 304) {
    const target = redirectHost(headers.get('Location'), asked);
    return new LoadFailure('origin-redirect', 'The origin sent us elsewhere, and redirects are not followed.', {
      adminDetail: `The origin sent us to ${target}, and redirects are not followed.`,
    });
  }
  return new LoadFailure('origin-status', `The origin answered with status ${status}.`, {
    retryable: status >= 500 || RETRYABLE.has(status),
    retryAfterMs: retryAfterMs(headers.get('Retry-After'), now),
  });
}

/** `Retry-After` (RFC 9110 section 10.2.3: seconds or a date) in ms, capped; null without one that can be read. */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const at = /^\d+$/.test(text) ? now + Number(text) * 1000 : parseHttpDate(text, now);
  return at === null ? null : Math.min(Math.max(at - now, 0), MAX_RETRY_AFTER_S * 1000);
}

/** Only the host, or the scheme of what has none: path and query may hold what is nobody else's business. */
function redirectHost(location: string | null, asked: URL): string {
  if (location === null || !URL.canParse(location, asked.href)) return 'an unknown place';
  const { host, protocol } = new URL(location, asked.href);
  return host || `an address of the scheme ${protocol}`;
}
