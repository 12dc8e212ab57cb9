/**
 * `Cache-Control` of requests (RFC 9111 section 5.2.1). Only a `max-age` of at least one second counts. HTTP stacks add
 * the other directives, and `max-age=0`, on their own: Chromium sends it at a reload, for `fetch(…, { cache: 'no-cache'
 * })`, and with each `fetch` that sets `If-None-Match`.
 */

/** Name and, if there is one, value of each directive; a quoted value may hold commas. */
const DIRECTIVE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s",]*)))?/g;
/** A longer time is read as this one (RFC 9111 section 1.2.2). */
const LONGEST_S = 2_147_483_648;

/** Seconds of the first `max-age` in a header, at least 1; null: there is none, or it is 0 or no number. */
export function requestMaxAge(header: string | undefined): number | null {
  for (const [, name, quoted, plain] of (header ?? '').matchAll(DIRECTIVE)) {
    if (name?.toLowerCase() !== 'max-age') continue;
    const value = quoted ?? plain ?? '';
    return /^[0-9]+$/.test(value) ? Math.min(Number(value), LONGEST_S) || null : null;
  }
  return null;
}
