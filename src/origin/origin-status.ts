/** What an origin's status code means for a load (DESIGN "A refresh", point 5). */

import { MAX_RETRY_AFTER_S } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import { parseHttpDate } from '../core/http-date.ts';

// 202 promises an answer and 206 is a piece of one: neither is the data.
const WHOLE = new Set([200, 201, 203]);
/** They say that there is no content: an empty table where the definition says so, and no body otherwise. */
const WITHOUT_CONTENT = new Set([204, 205]);
/** What was sent to let us in is missing, wrong or not enough (RFC 9110 sections 15.5.2 and 15.5.4). */
const DENIED = new Set([401, 403]);
const RETRYABLE = new Set([202, 408, 425, 429]);
/** What Cloudflare's network answers instead of an origin that it does not reach: why (Cloudflare docs, "5xx errors"). */
const NOT_REACHED: Readonly<Record<number, string>> = {
  520: 'what it answers is no HTTP',
  521: 'it refuses connections',
  522: 'no connection came about in time',
  523: 'there is no way to its address',
  524: 'it accepted a connection and did not answer in time',
  525: 'TLS could not be agreed on',
  526: 'its certificate is not valid',
  530: 'its name was most likely not found',
};

/** Whether an answer has no content, and says so. */
export function hasNoContent({ status }: Pick<Response, 'status'>): boolean {
  return WITHOUT_CONTENT.has(status);
}

/** Why an answer is no data; null: it is, or it has none. `now` in ms. Redirects and 304 are the caller's affair. */
export function statusFailure({ status, headers }: Response, now: number): LoadFailure | null {
  if (WHOLE.has(status) || WITHOUT_CONTENT.has(status)) return null;
  const isLater = status >= 400 && status < 500 && headers.has('Retry-After');
  const why = NOT_REACHED[status];
  const more = why === undefined ? '' : ` Cloudflare answers so where an origin was not reached: ${why}.`;
  const isRefused = DENIED.has(status) && !isLater;
  return new LoadFailure(
    isRefused ? 'origin-auth' : 'origin-status',
    `The origin answered with status ${status}.${more}`,
    {
      retryable: status >= 500 || RETRYABLE.has(status) || isLater,
      retryAfterMs: retryAfterMs(headers, now),
    },
  );
}

/** Why an answer without content is no data; `hasTables`: one that has none may yet say so. */
export function withoutContent(status: number, hasTables: boolean): LoadFailure {
  const remedy = hasTables ? ' tables[].missing: "empty" takes that for no rows.' : '';
  return new LoadFailure('origin-status', `The origin answered with status ${status}.${remedy}`);
}

/**
 * `Retry-After` (RFC 9110 section 10.2.3: seconds or a date) in ms, capped; null without one that can be read. A date counts
 * from the answer's own `Date`, since the origin's clock may be another one than ours, whose `now` it is otherwise.
 */
export function retryAfterMs(headers: Headers, now: number, mostMs = MAX_RETRY_AFTER_S * 1000): number | null {
  const text = headers.get('Retry-After')?.trim();
  if (text === undefined) return null;
  const answeredAt = parseHttpDate(headers.get('Date') ?? '', now) ?? now;
  const at = /^\d+$/.test(text) ? answeredAt + Number(text) * 1000 : parseHttpDate(text, now);
  return at === null ? null : Math.min(Math.max(at - answeredAt, 0), mostMs);
}
