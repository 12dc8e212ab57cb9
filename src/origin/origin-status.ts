/** What an origin's status code means for a load (DESIGN "A refresh", point 5). */

import { MAX_RETRY_AFTER_S } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import { parseHttpDate } from '../core/http-date.ts';

// 202 only promises an answer and 206 is a part of one: neither is the data.
const WHOLE = new Set([200, 201, 203]);
/** No content: an empty table where the definition allows that, otherwise an answer without a body. */
const WITHOUT_CONTENT = new Set([204, 205]);
/** The credentials are missing, wrong or insufficient (RFC 9110 sections 15.5.2 and 15.5.4). */
const DENIED = new Set([401, 403]);
const RETRYABLE = new Set([202, 408, 425, 429]);
/**
 * Statuses of Cloudflare's network for an origin that it does not reach, with the reason (Cloudflare docs, "5xx
 * errors").
 */
const NOT_REACHED: Readonly<Record<number, string>> = {
  520: 'its answer is not HTTP',
  521: 'it refuses connections',
  522: 'it did not accept a connection in time',
  523: 'its address cannot be reached',
  524: 'it accepted a connection and did not answer in time',
  525: 'the TLS handshake failed',
  526: 'its certificate is not valid',
  530: 'its name was most likely not found',
};

/** Whether the status says that there is no content. */
export function hasNoContent({ status }: Pick<Response, 'status'>): boolean {
  return WITHOUT_CONTENT.has(status);
}

/** Why an answer has no data; null: it has, or it has no content. `now` in ms. The caller handles redirects and 304. */
export function statusFailure({ status, headers }: Response, now: number): LoadFailure | null {
  if (WHOLE.has(status) || WITHOUT_CONTENT.has(status)) return null;
  const isLater = status >= 400 && status < 500 && headers.has('Retry-After');
  const why = NOT_REACHED[status];
  const more = why === undefined ? '' : ` Cloudflare answers with this status if it cannot reach an origin: ${why}.`;
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

/** The failure for an answer without content; `hasTables`: the definition could allow an empty answer. */
export function withoutContent(status: number, hasTables: boolean): LoadFailure {
  const remedy = hasTables ? ' tables[].missing: "empty" accepts that as no rows.' : '';
  return new LoadFailure('origin-status', `The origin answered with status ${status}.${remedy}`);
}

/**
 * `Retry-After` (RFC 9110 section 10.2.3: seconds or a date) in ms, at most `mostMs`; null if it is missing or invalid.
 * A date is relative to the answer's own `Date`, since the origin's clock may differ from ours; without `Date` it is
 * relative to `now`.
 */
export function retryAfterMs(headers: Headers, now: number, mostMs = MAX_RETRY_AFTER_S * 1000): number | null {
  const text = headers.get('Retry-After')?.trim();
  if (text === undefined) return null;
  const answeredAt = parseHttpDate(headers.get('Date') ?? '', now) ?? now;
  const at = /^\d+$/.test(text) ? answeredAt + Number(text) * 1000 : parseHttpDate(text, now);
  return at === null ? null : Math.min(Math.max(at - answeredAt, 0), mostMs);
}
