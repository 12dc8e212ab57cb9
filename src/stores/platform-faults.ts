/**
 * Which errors are temporary refusals of the platform, and when to retry. Only this file knows the platform's messages.
 * Our own errors, such as wrong SQL, are not among them.
 *
 * @see https://developers.cloudflare.com/d1/observability/debug-d1/#error-list
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 * @see https://developers.cloudflare.com/r2/api/error-codes/
 */

import { MAX_RETRY_AFTER_S } from '../contract/constants.ts';

const DAY_MS = 86_400_000;
/** After a short disturbance: a restart, a lost connection. */
const SOON_S = 1;
/** After an overload: an earlier retry would add to it. */
const OVERLOADED_S = 5;

/** The daily limits of a free plan, for D1 and for objects; they end at midnight UTC. */
const DAILY_LIMIT = /free tier daily|in Durable Objects free tier|daily (?:request|read|write|usage) limit/i;
const OVERLOAD = /is overloaded|overloaded\. |Too Many Requests|requests queued/i;
/** Errors of D1, except those by which SQLite refuses a statement or its values. */
const D1_FAULT = /^D1_ERROR: (?!.*SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG|MISUSE|AUTH))/s;
/** R2's internal error, unavailability and rate limit, by the number after its message. */
const R2_FAULT = /\((?:10001|10043|10058)\)$/;
const OTHERS =
  /^Queue send(?:Batch)? failed|Network connection lost|^internal error\b|caused object to be reset|reset because|Too many (?:subrequests|API requests)/i;

/**
 * Seconds after which a client may try again; null: the error is not a refusal of the platform.
 *
 * @param now ms since the epoch
 */
export function platformRetryAfterS(error: unknown, now: number): number | null {
  if (typeof error !== 'object' || error === null) return null;
  const { message = '', overloaded, retryable } = error as { [name: string]: unknown };
  const text = String(message);
  if (DAILY_LIMIT.test(text)) return Math.min(Math.ceil((DAY_MS - (now % DAY_MS)) / 1000), MAX_RETRY_AFTER_S);
  if (overloaded === true || OVERLOAD.test(text)) return OVERLOADED_S;
  const isFault = retryable === true || [D1_FAULT, R2_FAULT, OTHERS].some((words) => words.test(text));
  return isFault ? SOON_S : null;
}
