/** Dates and moments of the proleptic Gregorian calendar: validation and formatting. */

/** A date and time of day without a zone. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Digits of the fraction of a second, unchanged; empty: none. */
  fraction: string;
}

const MINUTE_MS = 60_000;
const YEARS_400_MS = 146_097 * 86_400_000;

/** Whether the date and time exist: no 30 February, no leap second. */
export function isReal({ year, month, day, hour, minute, second }: LocalTime): boolean {
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month) && hour <= 23 && minute <= 59 && second <= 59
  );
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The time read as UTC: ms since the epoch, without the fraction. */
export function asUtc({ year, month, day, hour, minute, second }: LocalTime): number {
  if (year >= 100) return Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC reads the years 0 to 99 as 1900 to 1999. The calendar repeats every 400 years.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second) - YEARS_400_MS;
}

/** RFC 3339 in UTC of whole seconds in ms, with a fraction; undefined for a year that does not have four digits. */
export function rfc3339(ms: number, fraction: string): string | undefined {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return undefined;
  return `${date.toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** `2026-11-28`. */
export function isoDate({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/** An offset such as +0300 in ms; NaN if it is larger than that of any zone. */
export function offsetMs(sign: string, hours: number, minutes: number): number {
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
