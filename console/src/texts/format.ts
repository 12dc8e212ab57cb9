/** Numbers, sizes and times in the format of the current language. */

import { language } from './texts.ts';

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;
const HOUR_MS = 3_600_000;

/** A number with thousands separators. */
export function number(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

/** A size, such as `1.2 MB`; 1 kB is 1000 bytes. */
export function bytes(value: number): string {
  // Intl has no short unit for bytes that it separates from the number.
  if (value < 1000) return `${number(value)} ${language.value === 'ru' ? 'Б' : 'B'}`;
  const power = Math.min(UNITS.length, Math.floor(Math.log10(value) / 3));
  return inUnit(value / 1000 ** power, UNITS[power - 1] ?? 'byte', 1);
}

function inUnit(value: number, unit: string, maximumFractionDigits?: number): string {
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits } as const;
  return new Intl.NumberFormat(language.value, style).format(value);
}

/** Local date and time to the second. */
export function dateTime(at: string | number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

/** Local day of the week, date and time, to the minute: `Tuesday, November 24 at 3:04 PM`. */
export function longDateTime(at: string | number): string {
  const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  const format = new Intl.DateTimeFormat(language.value, { ...day, hour: 'numeric', minute: '2-digit' });
  return format.format(new Date(at));
}

/** Hours and minutes, local. */
export function clock(at: string | number): string {
  return new Intl.DateTimeFormat(language.value, { timeStyle: 'short' }).format(new Date(at));
}

/** The distance from now in its largest unit: `5 min. ago`, `in 2 hr.` */
export function relative(at: string | number, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? (['second', 1] as const);
  const format = new Intl.RelativeTimeFormat(language.value, { style: 'short', numeric: 'auto' });
  return format.format(Math.trunc(seconds / size), unit);
}

/** The hour that starts at this moment, local: `Nov 29, 2026, 2:00 – 3:00 PM`. */
export function hour(at: string | number): string {
  const begins = new Date(at);
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' });
  return format.formatRange(begins, new Date(begins.getTime() + HOUR_MS));
}

/** How many hours ago an hour was: `this hour`, `3 hr. ago`; from 24 hours on in days. */
export function relativeHour(at: string | number, now: number): string {
  const hours = Math.floor(now / HOUR_MS) - Math.floor(new Date(at).getTime() / HOUR_MS);
  const format = new Intl.RelativeTimeFormat(language.value, { style: 'short', numeric: 'auto' });
  return hours < 24 ? format.format(-hours, 'hour') : format.format(-Math.floor(hours / 24), 'day');
}

/** The duration of something: `840 ms`, `12 s`. */
export function duration(ms: number): string {
  return ms < 10_000 ? inUnit(ms, 'millisecond') : inUnit(Math.round(ms / 1000), 'second');
}

/** A number of whole seconds, in the largest unit that divides it: `90 sec`, `2 hr`. */
export function span(seconds: number): string {
  const [unit, size] = STEPS.find(([, step]) => seconds >= step && seconds % step === 0) ?? (['second', 1] as const);
  return inUnit(seconds / size, unit);
}

/** Whole minutes, from two hours on in whole hours: `59 min`, `7 hr`. */
export function remaining(minutes: number): string {
  return minutes < 120 ? inUnit(minutes, 'minute') : inUnit(Math.floor(minutes / 60), 'hour');
}

/** The moment in UTC, to the second. */
export function utc(at: string | number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
