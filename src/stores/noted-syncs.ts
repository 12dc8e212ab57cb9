/**
 * What this isolate noted lately: the hour in which a key was read or a device refused, and what devices were given. So
 * what is asked for often is told once, as far as one isolate sees it.
 */

import { tagOfKey } from '../core/etag.ts';
import { hashOfText } from '../core/shards.ts';
import type { DeviceSync } from '../ports/sync-store.ts';
import { BoundedMap } from './bounded-map.ts';

/** Keys and refusals whose hour is remembered; what was noted longest ago is forgotten first, and then noted twice. */
const MAX_HOURS = 2000;
/** Caches of devices that are remembered, some 200 bytes each. */
const MAX_GIVEN = 2500;
const HOUR_MS = 3_600_000;

/** A version that a device was given, or a check that it made, and when it was noted, ms. */
interface Noted {
  at: number;
  what: string;
}

const hours = new BoundedMap<number>(MAX_HOURS);
const given = new BoundedMap<Noted>(MAX_GIVEN);

/** The hour of a time, ms. */
export function hourOf(now: number): number {
  return now - (now % HOUR_MS);
}

/** Whether `name` was not noted in this hour yet; from now on it was. */
export function isFirstInHour(name: string, now: number): boolean {
  const hour = hourOf(now);
  if ((hours.get(name) ?? 0) >= hour) return false;
  hours.set(name, hour);
  return true;
}

/** `name` was not noted after all. */
export function forgetHour(name: string): void {
  hours.delete(name);
}

/** What of a sync is to be noted: what has changed, or was noted at least `resolutionMs` ago. From now on it was noted. */
export function unnoted({ user, device, given: items, check }: DeviceSync, resolutionMs: number, now: number) {
  // Half of a hash each: should two devices have the same, one of them is noted a little later.
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
  // A check rides along where something is written anyway.
  return { given: changed, check: isChecked || changed.length > 0 ? check : null };
}
