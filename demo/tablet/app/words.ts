/** Numbers, sizes and times as text. */

const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const TIMES = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATES = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

export function number(value: unknown): string {
  return typeof value === 'number' ? NUMBERS.format(value) : String(value ?? '–');
}

/** `61 cars`, `1 car`. */
export function count(many: number, [one, more]: readonly [string, string]): string {
  return `${NUMBERS.format(many)} ${many === 1 ? one : more}`;
}

/** Bytes as `4.1 kB`. */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1000 ** step;
  return `${scaled < 10 && step > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${SIZES[step]}`;
}

/** The time of day, `14:05:09`; on another day also the date. */
export function moment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? TIMES.format(at) : DATES.format(at);
}

/** `just now`, `12 s ago`, `4 min ago`, … */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1000));
  if (s < 5) return 'just now';
  if (s < 2 * MINUTE_S) return `${s} s ago`;
  if (s < 2 * HOUR_S) return `${Math.round(s / MINUTE_S)} min ago`;
  if (s < 2 * DAY_S) return `${Math.round(s / HOUR_S)} h ago`;
  return `${Math.round(s / DAY_S)} days ago`;
}

/** `now`, `in 12 s`, `in 4 min`. */
export function until(at: number, now: number): string {
  const s = Math.round((at - now) / 1000);
  if (s < 1) return 'now';
  return s < 2 * MINUTE_S ? `in ${s} s` : `in ${Math.round(s / MINUTE_S)} min`;
}
