/** Schedules of resources (CONTRACT 4): cron expressions of five fields, in UTC. */

import { type Cron, parseCronExpression } from 'cron-schedule';

const MAX_LENGTH = 256;
// Stricter than the package, which reads `5x` as 5 and `5/10` as 5.
const VALUE = String.raw`(?:\d{1,2}|[a-z]{3})`;
const ITEM = String.raw`(?:\*(?:/\d{1,2})?|${VALUE}(?:-${VALUE}(?:/\d{1,2})?)?)`;
const FIELD = new RegExp(`^${ITEM}(?:,${ITEM})*$`, 'i');

/** The fault of a schedule, to be shown after its pointer; null: none. */
export function faultOfSchedule(schedule: string): string | null {
  if (parse(schedule) === null) return 'must be cron with five fields, such as "*/15 * * * *"';
  return nextRunAt(schedule, 0) === null ? 'must name a time that occurs' : null;
}

/** The next time of a valid schedule after a moment (both ms since the epoch); null: never. */
export function nextRunAt(schedule: string, after: number): number | null {
  try {
    // The package uses local time, which in a Worker is UTC.
    return parse(schedule)?.getNextDate(new Date(after)).getTime() ?? null;
  } catch {
    // The day does not occur in the next years, such as 30 February.
    return null;
  }
}

function parse(schedule: string): Cron | null {
  const fields = schedule.trim().split(/[ \t]+/);
  if (schedule.length > MAX_LENGTH || fields.length !== 5 || !fields.every((field) => FIELD.test(field))) return null;
  try {
    return parseCronExpression(fields.join(' '));
  } catch {
    return null;
  }
}
