/** Devices and how far each is behind, as in the answer of `GET /devices/` (CONTRACT 4). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp, Whole } from './values.ts';

/** A cache of a device. */
export const DeviceCache = v.strictObject({
  resource_title: about(v.string(), 'Title of the resource.'),
  etag: about(v.string(), 'The ETag of the version that it was given, without quotes.'),
  version: about(Whole, 'The version that it was given.'),
  sync_datetime: about(Timestamp, 'When the device was last given this cache.'),
  held: about(
    v.boolean(),
    'False: the last full check of the device did not name the cache, so it does not count as behind.',
  ),
  current_version: about(
    v.nullable(Whole),
    'The latest version of the cache; null: nothing is loaded, because it was purged or its resource was deleted.',
  ),
  behind: about(
    v.nullable(Whole),
    'How many versions the device lacks; 0: none that changed the body; null: nothing is loaded.',
  ),
  key: about(v.optional(v.string()), 'Key of the cache, for `/caches/<key>/`; only for `cache:inspect`.'),
  failing: about(v.optional(v.boolean()), 'Whether its last load failed; only for `cache:inspect`.'),
});

/** Why a device was refused a resource. */
export const DeviceRefusal = v.strictObject({
  resource_title: about(v.string(), 'Title of the resource.'),
  reason: about(
    v.picklist(['group', 'scope']),
    '`group`: the user is in none of the groups of the resource (404). `scope`: the token lacks `cache:read` (403).',
  ),
  time: about(Timestamp, 'When it was refused, to the hour.'),
});

const members = {
  user: about(v.string(), 'The user to whom the device belongs.'),
  device: about(v.string(), 'Id of the device, from `X-Device-Id` or the token.'),
  seen: about(Timestamp, 'When the device was last seen.'),
};
const ends = {
  behind: about(Whole, 'How many of the caches that the device holds are out of date.'),
  refusals: about(
    v.optional(v.array(DeviceRefusal)),
    'The last five resources that it was refused, newest first; only for `cache:inspect`.',
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
  caches: about(v.array(DeviceCache), 'The caches that the device was given.'),
  ...ends,
});
export type ExpandedDeviceAnswer = v.InferOutput<typeof ExpandedDeviceAnswer>;
