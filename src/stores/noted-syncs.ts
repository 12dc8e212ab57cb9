/**
 * What this isolate noted recently: the hour in which a key was read or a device refused, and what devices were given.
 * So an isolate notes frequent events only once.
 */

import { tagOfKey } from '../core/etag.ts';
import { hashOfText } from '../core/shards.ts';
import type { DeviceSync } from '../ports/sync-store.ts';
import { BoundedMap } from './bounded-map.ts';

/** Most keys and refusals whose hour is remembered; the oldest are forgotten first, and may then be noted twice. */
const MAX_HOURS = 2000;
/** Most caches of devices that are remembered, about 200 bytes each. */
const MAX_GIVEN = 2500;
const HOUR_MS = 3_600_000;

/** A version that a device was given, or a check by a device, and when it was noted, ms. */
interface Noted {
  at: number;
  what: string;
}

const hours = new BoundedMap<number>(MAX_HOURS);
const given = new BoundedMap<Noted>(MAX_GIVEN);

/** Number of the hour that contains a time in ms. */
export function hourOf(now: number): number {
  return now - (now % HOUR_MS);
}

/** Whether `name` has not yet been noted in this hour; marks it as noted. */
export function isFirstInHour(name: string, now: number): boolean {
  const hour = hourOf(now);
  if ((hours.get(name) ?? 0) >= hour) return false;
  hours.set(name, hour);
  return true;
}

/** Undoes the note of `name`. */
export function forgetHour(name: string): void {
  hours.delete(name);
}

/** The part of a sync that must be noted: what changed, or was noted at least `resolutionMs` ago. Marks it as noted. */
export function unnoted({ user, device, given: items, check }: DeviceSync, resolutionMs: number, now: number) {
  // Half of a hash each: if two devices collide, one of them is noted a little later.
  const who = `${hashOfText(user).toString(36)} ${hashOfText(device ?? '').toString(36)}`;
  const isNew = (name: string, what: string) => {
    const id = `${who} ${name}`;
    const before = given.get(id);
    if (before !== undefined && before.what === what && now - before.at < resolutionMs) return false;
    given.set(id, { at: now, what });
    return true;
  };
  const changed = items.filter(({ key, version, changed }) => isNew(tagOfKey(key), `${version} ${changed}`));
  const told = check === null ? '' : hashOfText(check.keys.map(tagOfKey).sort().join()).toString(36);
  const isChecked = check !== null && isNew(check.adds ? `adds ${told}` : 'holds', told);
  // If a record is written anyway, the check is written with it.
  return { given: changed, check: isChecked || changed.length > 0 ? check : null };
}
