/** Devices and how far each is behind, as `GET /devices/` tells them (CONTRACT 4). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './timestamp.ts';
import { Whole } from './values.ts';

/** A cache of a device. */
export const DeviceCache = v.strictObject({
  resource_title: about(v.string(), 'Title of the resource.'),
  etag: about(v.string(), 'The ETag of the version that it was given, without quotes.'),
  version: about(Whole, 'The version that it was given.'),
  sync_datetime: about(Timestamp, 'When the device was last given this cache.'),
  held: about(
    v.boolean(),
    'False: the last full check of the device no longer named the cache, so it does not count as behind.',
  ),
  current_version: about(
    v.nullable(Whole),
    'The last version of the cache; null where nothing is loaded: it was purged or its resource deleted.',
  ),
  behind: about(
    v.nullable(Whole),
    'How many versions the device lacks; 0: none that changed the body; null where nothing is loaded.',
  ),
  key: about(v.optional(v.string()), 'Key of the cache, by which `/caches/<key>/` has it; for `cache:inspect` alone.'),
  failing: about(v.optional(v.boolean()), 'Whether its last load failed; for `cache:inspect` alone.'),
});

/** Why the device was not given a resource. */
export const DeviceRefusal = v.strictObject({
  resource_title: about(v.string(), 'Title of the resource.'),
  reason: about(
    v.picklist(['group', 'scope']),
    '`group`: the groups of the resource keep it from the user (404). `scope`: the token lacks `cache:read` (403).',
  ),
  time: about(Timestamp, 'When, exact to the hour.'),
});

const members = {
  user: about(v.string(), 'The user whose device it is.'),
  device: about(v.string(), 'The device, as `X-Device-Id` or the token named it.'),
  seen: about(Timestamp, 'When the device was last heard of.'),
};
const ends = {
  behind: about(Whole, 'How many of the caches that the device holds are out of date.'),
  refusals: about(
    v.optional(v.array(DeviceRefusal)),
    'The last five resources that it was refused, newest first; for `cache:inspect` alone.',
  ),
};

/** One device; the members in this order. */
export const DeviceAnswer = v.strictObject({
  ...members,
  caches: about(Whole, 'How many caches the device was given.'),
  ...ends,
});
export type DeviceAnswer = v.InferOutput<typeof DeviceAnswer>;

/** The same with `expand=caches`. */
export const ExpandedDeviceAnswer = v.strictObject({
  ...members,
  caches: about(v.array(DeviceCache), 'What the device was given.'),
  ...ends,
});
export type ExpandedDeviceAnswer = v.InferOutput<typeof ExpandedDeviceAnswer>;
