/** Converts local times of a zone to moments, with the platform's zone data. */

import { asUtc, type LocalTime } from './moment.ts';

const DAY_MS = 86_400_000;
/** How many days are cached for a zone: about 11 years of dates in any order. */
const MOST_DAYS = 4096;

/** Whether the platform knows the zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a function that converts local times of the zone to ms since the epoch. A local time that does not exist
 * (clocks went forward) or exists twice (back) gets the offset before the change, as in RFC 5545 and ECMAScript's
 * Temporal ("compatible").
 */
export function zoneReader(zone: string): (local: LocalTime) => number {
  const offsetAt = offsets(zone);
  return (local) => {
    const ms = asUtc(local);
    const before = offsetAt(ms - DAY_MS);
    const after = offsetAt(ms + DAY_MS);
    if (before === after || offsetAt(ms - before) === before) return ms - before;
    // After the change, or within the gap that it leaves.
    return offsetAt(ms - after) === after ? ms - after : ms - before;
  };
}

/** Tells how many ms the zone is ahead of UTC at a moment. A day without a change of the offset is looked up once. */
function offsets(zone: string): (ms: number) => number {
  const ask = offsetOf(zone);
  const days = new Map<number, number | null>();
  return (ms) => {
    const day = Math.floor(ms / DAY_MS);
    let known = days.get(day);
    if (known === undefined) {
      const [first, last] = [ask(day * DAY_MS), ask((day + 1) * DAY_MS - 1)];
      known = first === last ? first : null;
      if (days.size === MOST_DAYS) days.clear();
      days.set(day, known);
    }
    return known ?? ask(ms);
  };
}

function offsetOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const field = (name: string) => Number(parts[name]);
    const local = asUtc({
      year: parts.era === 'BC' ? 1 - field('year') : field('year'),
      month: field('month'),
      day: field('day'),
      hour: field('hour'),
      minute: field('minute'),
      second: field('second'),
      fraction: '',
    });
    return local - Math.floor(ms / 1000) * 1000;
  };
}
