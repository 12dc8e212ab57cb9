/** A clock that runs and can be put forward, and what goes by it: alarms come when they are told to. */

const HOUR_MS = 3_600_000;

const realNow = Date.now;
let passedMs = 0;
const alarms = new Map<string, number>();

/** From now on `Date.now` tells this clock's time. It begins at a full hour, so that no count has the first read of an hour in it by chance. */
export function startClock(): void {
  passedMs = HOUR_MS - (realNow() % HOUR_MS);
  Date.now = () => realNow() + passedMs;
}

export function putForward(ms: number): void {
  passedMs += ms;
}

/** Puts the clock forward to the next full hour. */
export function beginHour(): void {
  putForward(HOUR_MS - (Date.now() % HOUR_MS));
}

/** How far this clock is before the real one, ms. */
export function passedSinceStart(): number {
  return passedMs;
}

/** When an object's alarm comes, ms; null: there is none. */
export function alarmOf(object: string): number | null {
  return alarms.get(object) ?? null;
}

export function setAlarmOf(object: string, at: number | null): void {
  if (at === null) alarms.delete(object);
  else alarms.set(object, at);
}
