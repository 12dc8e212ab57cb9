/**
 * Watermarks of incremental loads: moments as RFC 3339 in UTC with any fraction (`2026-11-28T20:59:59.123Z`), or
 * decimal numbers. They are compared as moments or numbers, never as texts.
 */

import type { Changes } from '../contract/changes.ts';
import type { Json } from '../ports/entry.ts';

/** Length of a time in whole seconds; a fraction may follow. */
const SECONDS_LENGTH = '2026-11-28T20:59:59'.length;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** A larger exponent would take as many digits, and a longer text would be stored and sent: neither is accepted. */
const MOST_EXPONENT = 400;
const MOST_LENGTH = 128;

type Kind = NonNullable<Changes['as']>;

/** Below 0: the first is earlier or less; 0: both are equal. */
export function compareMarks(kind: Kind, one: string, other: string): number {
  return kind === 'time' ? compareTimes(one, other) : compareNumbers(one, other);
}

/** The later or greater of the two. */
export function laterMark(kind: Kind, one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return compareMarks(kind, one, other) >= 0 ? one : other;
}

/** A moment of this service's clock as a mark. */
export function markOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** The mark as it is written in the request: before the newest mark seen, by the lag of the definition. */
export function writtenMark(mark: string, { as = 'time', write = 'iso', lag_s = 300, lag = 0 }: Changes): string {
  return as === 'time' ? writtenTime(mark, write, lag_s) : lessBy(mark, BigInt(lag));
}

/** The same as a value: a number if JSON readers keep all its digits, otherwise a text. */
export function markValue(mark: string, changes: Changes): Json {
  const text = writtenMark(mark, changes);
  const shortest = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return String(Number(shortest)) === shortest ? Number(shortest) : text;
}

function compareTimes(one: string, other: string): number {
  const [a, b] = [one.slice(0, SECONDS_LENGTH), other.slice(0, SECONDS_LENGTH)];
  if (a !== b) return a < b ? -1 : 1;
  const [x, y] = [fractionOf(one), fractionOf(other)];
  const digits = Math.max(x.length, y.length);
  const [padded, otherPadded] = [x.padEnd(digits, '0'), y.padEnd(digits, '0')];
  return padded === otherPadded ? 0 : padded < otherPadded ? -1 : 1;
}

/** Digits of the fraction of a second. */
function fractionOf(time: string): string {
  return time.slice(SECONDS_LENGTH + 1, -1);
}

function writtenTime(mark: string, write: NonNullable<Changes['write']>, lagS: number): string {
  const seconds = Date.parse(`${mark.slice(0, SECONDS_LENGTH)}Z`) / 1000 - lagS;
  const text = new Date(seconds * 1000).toISOString().slice(0, SECONDS_LENGTH);
  const fraction = fractionOf(mark);
  const dotted = fraction === '' ? '' : `.${fraction}`;
  switch (write) {
    case 'iso':
      return `${text}${dotted}Z`;
    case 'date':
      return text.slice(0, 10);
    case 'unix':
      return String(seconds);
    case 'unix_ms':
      return `${seconds}${fraction.slice(0, 3).padEnd(3, '0')}`.replace(/^0+(?=\d)/, '');
    case 'odata2':
      // Edm.DateTime has at most seven digits; cutting the rest makes the time earlier.
      return `datetime'${text}${dotted.slice(0, 8)}'`;
    case 'odata3':
      return `datetime'${text}'`;
  }
}

interface Decimal {
  digits: bigint;
  /** How many of the digits are after the point. */
  scale: number;
}

/** Null: no decimal number, or an exponent that is too large. */
function decimalOf(text: string): Decimal | null {
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (sign === undefined || Math.abs(Number(exponent)) > MOST_EXPONENT) return null;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Whether a text can be used as a mark. */
export function isMark(kind: Kind, text: string): boolean {
  return text.length <= MOST_LENGTH && (kind === 'time' || decimalOf(text) !== null);
}

function compareNumbers(one: string, other: string): number {
  const [a, b] = [decimalOf(one), decimalOf(other)];
  if (a === null || b === null) throw new RangeError('a mark that is not a number');
  const difference = a.digits * 10n ** BigInt(b.scale) - b.digits * 10n ** BigInt(a.scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function lessBy(mark: string, lag: bigint): string {
  const decimal = decimalOf(mark);
  if (decimal === null) throw new RangeError('a mark that is not a number');
  const { digits, scale } = decimal;
  const left = digits - lag * 10n ** BigInt(scale);
  const text = String(left < 0n ? -left : left).padStart(scale + 1, '0');
  const point = text.length - scale;
  return `${left < 0n ? '-' : ''}${text.slice(0, point)}${scale === 0 ? '' : `.${text.slice(point)}`}`;
}
