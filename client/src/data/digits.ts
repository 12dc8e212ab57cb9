/** Numbers that a double cannot hold exactly, kept as their digits (`numbers: 'text'`). */

import { endOfString } from './scan.ts';

/** Such a number has at least sixteen digits, or an exponent. A match inside a string only costs time. */
const SUSPECT = /[\d.]{16}|\d[eE]/;
const NUMBER = /-?\d[\d.eE+-]*/y;

/**
 * Turns each such number of a JSON text into a string of its digits. A number such as `0.1` or `1.50`, whose decimal
 * value the nearest double prints, stays a number.
 */
export function quoteLongNumbers(json: string): string {
  if (!SUSPECT.test(json)) return json;
  let quoted = '';
  let done = 0;
  for (let at = 0; at < json.length; ) {
    const code = json.charCodeAt(at);
    if (code === 34) at = endOfString(json, at);
    else if (code !== 45 && (code < 48 || code > 57)) at += 1;
    else {
      NUMBER.lastIndex = at;
      const digits = NUMBER.exec(json)?.[0] ?? '-';
      if (!isExact(digits)) {
        quoted += `${json.slice(done, at)}"${digits}"`;
        done = at + digits.length;
      }
      at += digits.length;
    }
  }
  return quoted + json.slice(done);
}

/** Whether the nearest double prints as the same decimal value. */
function isExact(digits: string): boolean {
  // IEEE 754 doubles keep 15 decimal digits.
  if (digits.length < 16 && !/[eE]/.test(digits)) return true;
  return decimalOf(digits) === decimalOf(String(Number(digits)));
}

/** A decimal value in normal form: its digits without zeros at either end, and the power of ten of the last digit. */
function decimalOf(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e\+?(-?\d+))?$/i.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}
