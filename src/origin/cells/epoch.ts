/** Moments that are counted since 1970, in UTC, with any fraction: exact, whatever the number of digits. */

import { rfc3339 } from './moment.ts';

const DECIMAL = /^([+-]?)(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]\+?(\d{1,2}))?$/;

/**
 * RFC 3339 of a count of seconds or milliseconds, the fraction with the digits that came, those of milliseconds included; undefined: it is no
 * count, or one of another age.
 */
export function momentOf(text: string, unit: 'unix' | 'unix_ms'): string | undefined {
  const [, sign = '', whole, part = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  // 1.764288E9 is how some serializers write a count: the point moves to the right.
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

/** What JSON of Microsoft's serializers and OData 2 writes: the milliseconds are UTC, whatever offset follows. */
const WRAPPED = /^\/Date\((-?\d{1,16})(?:[+-]\d{1,4})?\)\/$/;

/** RFC 3339 of `/Date(ms±hhmm)/`; undefined: it is none. */
export function wrappedMoment(text: string): string | undefined {
  const [, ms] = WRAPPED.exec(text) ?? [];
  return ms === undefined ? undefined : momentOf(ms, 'unix_ms');
}
