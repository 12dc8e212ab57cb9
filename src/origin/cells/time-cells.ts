/** Dates and times in texts (CONTRACT 4 "Cells"): `YYYY-MM-DD`, and RFC 3339 in UTC, also of counts since 1970. */

import type { ColumnDefinition } from '../../contract/column.ts';
import { isUnit, patternReader } from './date-pattern.ts';
import { asUtc, isoDate, isReal, type LocalTime, offsetMs, rfc3339 } from './moment.ts';
import { zoneReader } from './time-zone.ts';

type Read = (text: string) => string | undefined;

/** RFC 3339 section 5.6 and near variants: a space for the `T`, no seconds, `+03` and `+0300`, no offset. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?$/;
const HAS_OFFSET = /(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?!\d)/;

/** Reads a text as a moment; undefined if it is none. A text without an offset needs the zone. */
export function timeReader({ zone, pattern }: Pick<ColumnDefinition, 'zone' | 'pattern'>): Read {
  if (pattern !== undefined && isUnit(pattern)) return (text) => momentOf(text, pattern);
  const toMoment = zone === undefined ? null : zoneReader(zone);
  const inZone = (local: LocalTime) => (toMoment === null ? undefined : rfc3339(toMoment(local), local.fraction));
  if (pattern !== undefined) {
    const read = patternReader(pattern);
    return (text) => {
      const local = read(text);
      return local !== undefined && isReal(local) ? inZone(local) : undefined;
    };
  }
  return (text) => {
    const found = TIME.exec(text);
    if (found === null) return wrappedMoment(text);
    const [, year, month, day, hour, minute, second = '00', fraction = '', sign = '+', hours = '0', minutes = '0'] =
      found;
    const local = {
      ...fields(year, month, day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      fraction,
    };
    if (!isReal(local)) return undefined;
    // The first ten characters hold the hyphens of the date.
    if (!HAS_OFFSET.test(text.slice(10))) return inZone(local);
    const offset = offsetMs(sign, Number(hours), Number(minutes));
    return Number.isNaN(offset) ? undefined : rfc3339(asUtc(local) - offset, fraction);
  };
}

/** Reads a text as a date, without converting zones; undefined if it is none. A count since 1970 gives its date in UTC. */
export function dateReader({ pattern }: Pick<ColumnDefinition, 'pattern'>): Read {
  if (pattern !== undefined && isUnit(pattern)) return (text) => momentOf(text, pattern)?.slice(0, 10);
  const read = pattern === undefined ? datePart : patternReader(pattern);
  return (text) => {
    const local = read(text);
    if (local === undefined) return pattern === undefined ? wrappedMoment(text)?.slice(0, 10) : undefined;
    return isReal(local) ? isoDate(local) : undefined;
  };
}

function datePart(text: string): LocalTime | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  return { ...fields(year, month, day), hour: 0, minute: 0, second: 0, fraction: '' };
}

function fields(year = '', month = '', day = ''): Pick<LocalTime, 'year' | 'month' | 'day'> {
  return { year: Number(year), month: Number(month), day: Number(day) };
}

const DECIMAL = /^([+-]?)(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]\+?(\d{1,2}))?$/;

/**
 * Converts a count since 1970 (UTC) to RFC 3339, exactly: the fraction keeps its digits, including those of the
 * milliseconds. Undefined: the text is not a count, or RFC 3339 has no year for it.
 */
function momentOf(text: string, unit: 'unix' | 'unix_ms'): string | undefined {
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
function wrappedMoment(text: string): string | undefined {
  const [, ms] = WRAPPED.exec(text) ?? [];
  return ms === undefined ? undefined : momentOf(ms, 'unix_ms');
}
