/** Moments given as counts since 1970 (UTC), exact for any number of digits and any fraction. */

import { rfc3339 } from './moment.ts';

const DECIMAL = /^([+-]?)(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]\+?(\d{1,2}))?$/;

/**
 * Converts a count of seconds or milliseconds to RFC 3339. The fraction keeps its digits, including those of the milliseconds.
 * Undefined: the text is no count, or RFC 3339 has no year for it.
 */
export function momentOf(text: string, unit: 'unix' | 'unix_ms'): string | undefined {
  const [, sign = '', whole, part = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  // Some serializers write a count as 1.764288E9: move the decimal point to the right.
  const moved = Number(exponent);
  const digits = whole + part.padEnd(moved, '0');
  const fractionDigits = Math.max(part.length - moved, 0) + (unit === 'unix_ms' ? 3 : 0);
  const scale = 10n ** BigInt(fractionDigits);
  const count = BigInt(digits) * (sign === '-' ? -1n : 1n);
  const rest = ((count % scale) + scale) % scale;
  const seconds = Number((count - rest) / scale);
  if (Math.abs(seconds) > 8.64e12) return undefined;
  return rfc3339(seconds * 1000, fractionDigits === 0 ? '' : String(rest).padStart(fractionDigits, '0'));
}

/** Dates of Microsoft's JSON serializers and OData 2. The milliseconds are UTC, whatever offset follows. */
const WRAPPED = /^\/Date\((-?\d{1,16})(?:[+-]\d{1,4})?\)\/$/;

/** RFC 3339 of `/Date(ms±hhmm)/`; undefined for any other text. */
export function wrappedMoment(text: string): string | undefined {
  const [, ms] = WRAPPED.exec(text) ?? [];
  return ms === undefined ? undefined : momentOf(ms, 'unix_ms');
}
