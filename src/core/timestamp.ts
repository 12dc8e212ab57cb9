/** Times in answers: RFC 3339, UTC, milliseconds. */

const DAY_MS = 86_400_000;
/** Days whose text is kept: an answer about many caches has three times for each, nearly all of them on a few days. */
const MAX_DAYS = 100;

const days = new Map<number, string>();

/** The text of a time, ms since the epoch; null for null. */
export function timestamp(ms: number): string;
export function timestamp(ms: number | null | undefined): string | null;
export function timestamp(ms: number | null | undefined): string | null {
  if (ms == null) return null;
  const whole = Math.trunc(ms);
  const day = Math.floor(whole / DAY_MS);
  const rest = whole - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${textOfDay(day)}${time}.${String(1000 + (rest % 1000)).slice(1)}Z`;
}

/** Formatting a date costs more than the rest of an item. @throws RangeError for a number that is not a time */
function textOfDay(day: number): string {
  const kept = days.get(day);
  if (kept !== undefined) return kept;
  const iso = new Date(day * DAY_MS).toISOString();
  const text = iso.slice(0, iso.indexOf('T') + 1);
  if (days.size >= MAX_DAYS) days.clear();
  days.set(day, text);
  return text;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
