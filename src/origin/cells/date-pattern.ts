/** Patterns of dates and times such as `dd.MM.yyyy HH:mm:ss`, in the letters of Unicode's date patterns (UTS 35). */

import type { LocalTime } from './moment.ts';

/** The field that each run of letters reads. */
const FIELDS: Readonly<Record<string, [field: keyof LocalTime | 'half', form: string]>> = {
  yyyy: ['year', String.raw`\d{4}`],
  MM: ['month', String.raw`\d{2}`],
  M: ['month', String.raw`\d{1,2}`],
  dd: ['day', String.raw`\d{2}`],
  d: ['day', String.raw`\d{1,2}`],
  HH: ['hour', String.raw`\d{2}`],
  H: ['hour', String.raw`\d{1,2}`],
  hh: ['hour', String.raw`\d{2}`],
  h: ['hour', String.raw`\d{1,2}`],
  mm: ['minute', String.raw`\d{2}`],
  ss: ['second', String.raw`\d{2}`],
  SSS: ['fraction', String.raw`\d{3}`],
  a: ['half', '[AaPp][Mm]'],
};
/** A run of one letter, a quoted text (two quotes are one quote character), or any other character. */
const PIECE = /([A-Za-z])\1*|'((?:[^']|'')*)'|[\s\S]/g;
const UNITS = new Set(['unix', 'unix_ms']);

/** Whether a pattern counts from 1970. */
export function isUnit(pattern: string): pattern is 'unix' | 'unix_ms' {
  return UNITS.has(pattern);
}

/** What is wrong with a pattern; null if it is valid. */
export function faultOfPattern(pattern: string): string | null {
  const pieces = [...pattern.matchAll(PIECE)];
  const runs = pieces.flatMap(([run, letter]) => (letter === undefined ? [] : [run]));
  const unknown = runs.find((run) => !Object.hasOwn(FIELDS, run));
  if (unknown !== undefined) {
    return `has no meaning for "${unknown}": use yyyy, MM, M, dd, d, HH, H, hh, h, mm, ss, SSS and a, or put it between single quotes`;
  }
  const fields = runs.map((run) => FIELDS[run]?.[0]);
  if (new Set(fields).size !== fields.length) return 'must have each part once';
  if (!['year', 'month', 'day'].every((field) => fields.includes(field as keyof LocalTime))) {
    return 'must have year, month and day';
  }
  if (runs.some((run) => run.startsWith('h')) !== runs.includes('a')) return 'must have h together with a';
  const isOpen = pieces.some(([run], at) => /^[dMHh]$/.test(run) && /[dMyHhmsS]/.test(pieces[at + 1]?.[1] ?? ''));
  return isOpen ? 'must have something between a part of one or two digits and the next part' : null;
}

/** Makes a reader for a valid pattern. It returns undefined for other forms and for 13 PM, but does not check the calendar. */
export function patternReader(pattern: string): (text: string) => LocalTime | undefined {
  const fields: (keyof LocalTime | 'half')[] = [];
  const form = pattern.replace(PIECE, (piece, letter: string | undefined, quoted: string | undefined) => {
    const field = letter === undefined ? undefined : FIELDS[piece];
    if (field === undefined) return literal(quoted === undefined ? piece : quoted.replaceAll("''", "'") || "'");
    fields.push(field[0]);
    return `(${field[1]})`;
  });
  const expression = new RegExp(`^${form}$`);
  return (text) => {
    const found = expression.exec(text);
    if (found === null) return undefined;
    const local: LocalTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, fraction: '' };
    let half: string | undefined;
    for (const [at, field] of fields.entries()) {
      const value = found[at + 1] ?? '';
      if (field === 'half') half = value.toLowerCase();
      else if (field === 'fraction') local.fraction = value;
      else local[field] = Number(value);
    }
    if (half === undefined) return local;
    if (local.hour < 1 || local.hour > 12) return undefined;
    return { ...local, hour: (local.hour % 12) + (half === 'pm' ? 12 : 0) };
  };
}

/** Matches literal text. A space also matches a no-break space, which some locales put before AM. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`).replaceAll(' ', '[ \u00A0\u202F]');
}
