/** A clock that runs and can be moved forward, for alarms as well: they fire when they are told to. */

const HOUR_MS = 3_600_000;

const realNow = Date.now;
let passedMs = 0;
const alarms = new Map<string, number>();

/** Makes `Date.now` return this clock's time. It starts at a full hour, so that no count contains the first read of an hour by chance. */
export function startClock(): void {
  passedMs = HOUR_MS - (realNow() % HOUR_MS);
  Date.now = () => realNow() + passedMs;
}

export function putForward(ms: number): void {
  passedMs += ms;
}

/** Moves the clock to the next full hour. */
export function beginHour(): void {
  putForward(HOUR_MS - (Date.now() % HOUR_MS));
}

/** How far this clock is ahead of the real one, ms. */
export function passedSinceStart(): number {
  return passedMs;
}

/** When an object's alarm is due, ms; null: there is none. */
export function alarmOf(object: string): number | null {
  return alarms.get(object) ?? null;
}

export function setAlarmOf(object: string, at: number | null): void {
  if (at === null) alarms.delete(object);
  else alarms.set(object, at);
}
