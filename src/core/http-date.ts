/** HTTP dates (RFC 9110 section 5.6.7), strictly in the three forms; `Date.parse` would accept `1` as a date. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.join('|')})`;
/** A second of 60 is a leap second. */
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)';

const FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** A two-digit year that would be further in the future than this, in years, is taken as a past one. */
const MOST_YEARS_AHEAD = 50;

/**
 * The moment that a date names, ms since the epoch; null for any other text.
 *
 * @param now ms since the epoch, accurate to some years: a year of two digits is one near it
 */
export function parseHttpDate(text: string, now: number): number | null {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const day = Number(parts.day);
  const month = MONTHS.indexOf(parts.month ?? '');
  const at = (year: number) =>
    Date.UTC(year, month, day, Number(parts.hour), Number(parts.minute), Number(parts.second));
  let year = Number(parts.year);
  if (parts.year?.length === 2) {
    const ahead = new Date(now);
    ahead.setUTCFullYear(ahead.getUTCFullYear() + MOST_YEARS_AHEAD);
    year += Math.floor(ahead.getUTCFullYear() / 100) * 100;
    if (at(year) > ahead.getTime()) year -= 100;
  }
  // Date.UTC would turn a day that the month does not have into one of the next month.
  return new Date(Date.UTC(year, month, day)).getUTCDate() === day ? at(year) : null;
}

/** The date of a moment in ms since the epoch, in the preferred form. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
