/** Turns numbers in texts into JSON numbers with the same digits, without a float in between (CONTRACT 4 "Cells"). */

import type { ColumnDefinition } from '../../contract/column.ts';

/** Spaces that exports put between groups of digits; Excel and 1C write a no-break space. */
const SPACES = ' \u00A0\u202F';
const APOSTROPHES = "'\u2019";

/**
 * Reads a text as a number; undefined if it is none. The last group must have three digits, earlier groups two or
 * three. So a number in another notation (`12.5` where the point separates groups) fails instead of becoming another
 * number.
 */
export function numberReader({
  decimal = '.',
  group,
}: Pick<ColumnDefinition, 'decimal' | 'group'>): (text: string) => string | undefined {
  const plain = /^(?:0|[1-9]\d*)$/;
  const groups = group === undefined ? null : anyOf(group);
  const whole = groups === null ? String.raw`\d*` : String.raw`\d*|\d{1,3}(?:${groups}\d{2,3})*${groups}\d{3}`;
  const form = new RegExp(String.raw`^([+\-\u2212]?)(${whole})(?:${anyOf(decimal)}(\d+))?([eE][+-]?\d+)?([-\u2212]?)$`);
  const separators = groups === null ? null : new RegExp(groups, 'g');
  return (text) => {
    if (plain.test(text) && text.length < 300) return text;
    const [, sign = '', digits = '', fraction, exponent = '', minus = ''] = form.exec(text) ?? [];
    if ((digits === '' && fraction === undefined) || (sign !== '' && minus !== '')) return undefined;
    const bare = (separators === null ? digits : digits.replace(separators, '')).replace(/^0+(?=\d)/, '');
    const isNegative = sign !== '+' && sign + minus !== '';
    const number = `${isNegative ? '-' : ''}${bare || '0'}${fraction === undefined ? '' : `.${fraction}`}${exponent}`;
    // JSON can hold larger numbers, but a client would read them as Infinity.
    return Number.isFinite(Number(number)) ? number : undefined;
  };
}

/** A class of all characters that the character of a definition stands for. */
function anyOf(character: string): string {
  const alike = [SPACES, APOSTROPHES].find((characters) => characters.includes(character)) ?? character;
  return `[${alike}]`;
}
