/** Devices and how far each is behind, as `GET /devices/` tells them (CONTRACT 4). */

import * as v from 'valibot';
import { Timestamp } from './timestamp.ts';

/** A cache of a device. */
const DeviceCache = v.strictObject({
  resource_title: v.string(),
  /** Of what the device has, without quotes. */
  etag: v.string(),
  version: v.number(),
  sync_datetime: Timestamp,
  /** False: the last full check of the device no longer named it, so it does not count as behind. */
  held: v.boolean(),
  /** Null where nothing is loaded: it was purged or its resource deleted. */
  current_version: v.nullable(v.number()),
  /** How many versions the device lacks; 0: none that changed the body; null where nothing is loaded. */
  behind: v.nullable(v.number()),
});

/** Why the device was not given a resource, newest first; only for `cache:inspect`. */
const DeviceRefusal = v.strictObject({
  resource_title: v.string(),
  reason: v.picklist(['group', 'scope']),
  /** Exact to the hour. */
  time: Timestamp,
});

const members = {
  user: v.string(),
  device: v.string(),
  seen: Timestamp,
};
const ends = {
  /** How many of the caches that it holds are out of date. */
  behind: v.number(),
  refusals: v.optional(v.array(DeviceRefusal)),
};

/** One device; the members in this order. */
export const DeviceAnswer = v.strictObject({ ...members, caches: v.number(), ...ends });
export type DeviceAnswer = v.InferOutput<typeof DeviceAnswer>;

/** The same with `expand=caches`. */
export const ExpandedDeviceAnswer = v.strictObject({ ...members, caches: v.array(DeviceCache), ...ends });
export type ExpandedDeviceAnswer = v.InferOutput<typeof ExpandedDeviceAnswer>;
