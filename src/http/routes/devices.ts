/** `GET /devices/`: the caller's devices and how far each one is behind (CONTRACT 4). */

import * as v from 'valibot';
import { describe, oneOf, pageOf } from '#describe';
import { about } from '../../contract/about.ts';
import { MAX_USER_LENGTH } from '../../contract/constants.ts';
import { DeviceAnswer, ExpandedDeviceAnswer } from '../../contract/device.ts';
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';
import { etagOf } from '../../core/etag.ts';
import { timestamp } from '../../core/timestamp.ts';
import { behindIn, type ListedCache, type ListedDevice, listDevices } from '../../flows/admin/list-devices.ts';
import type { DeviceName } from '../../ports/sync-store.ts';
import { factory } from '../factory.ts';
import { allowedUser, protect } from '../identity.ts';
import { Flag, PageQuery, pageLimit, query, SearchText } from '../input.ts';
import { methods } from '../methods.ts';
import { nextLink, replyJson } from '../reply.ts';

/** Most devices on a page. */
const MAX_DEVICES = 200;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2 * MAX_USER_LENGTH));
const ListQuery = v.strictObject({
  cursor: PageQuery.cursor,
  limit: pageLimit(MAX_DEVICES, 'Most devices on a page.'),
  user: about(
    v.optional(text),
    'Devices of this user, or `*` for all; other users need `cache:inspect`. Default: your own.',
  ),
  device: about(v.optional(text), 'Only this device.'),
  search: SearchText(
    'Only devices whose name contains each of these words, in upper or lower case; spaces, hyphens and underscores separate words.',
  ),
  prefix: about(v.optional(text), 'Only devices whose name starts with exactly this text.'),
  behind: about(Flag, 'Only devices that hold a version of a cache that is older than the current one.'),
  expand: about(v.optional(v.picklist(['caches'])), '`caches`: include each cache, and how far it is behind.'),
});

export const devices = factory.createApp();

devices.use('/devices', methods('GET', 'HEAD', 'OPTIONS'), protect('cache:read', 'cache:inspect'));
devices.get(
  '/devices',
  describe({
    id: 'listDevices',
    tag: 'Data',
    summary:
      'Your devices, when each was last seen, how many caches it has, and how many of those that it holds are out of date',
    scope: 'cache:read',
    answers: pageOf(oneOf(DeviceAnswer, ExpandedDeviceAnswer)),
    problems: ['invalid-cursor'],
  }),
  query(ListQuery),
  async (c) => {
    const { search, prefix, behind, ...asked } = c.req.valid('query');
    const inspects = c.get('identity').scopes.has('cache:inspect');
    const filter = {
      user: allowedUser(c, asked.user),
      ...(asked.device === undefined ? {} : { device: asked.device }),
    };
    const { devices: page, next } = await listDevices(c.get('services'), {
      filter,
      after: asked.cursor === undefined ? null : placeOf(asked.cursor, filter),
      limit: asked.limit,
      reader: inspects ? null : c.get('identity'),
      ...{ search, prefix, behind },
    });
    const answerOf = (device: ListedDevice) =>
      asked.expand === 'caches' ? expandedAnswer(device, inspects) : plainAnswer(device);
    const answers = page.map((device) => ({ ...answerOf(device), ...(inspects ? refusalsIn(device) : {}) }));
    return replyJson(c, answers, { headers: { Link: nextLink(c, next && encodeCursor([next.user, next.device])) } });
  },
);

function plainAnswer(device: ListedDevice): DeviceAnswer {
  const { user, seen, caches } = device;
  return { user, device: device.device, seen: timestamp(seen), caches: caches.length, behind: behindIn(device) };
}

function expandedAnswer(device: ListedDevice, inspects: boolean): ExpandedDeviceAnswer {
  return { ...plainAnswer(device), caches: device.caches.map((cache) => cacheAnswer(cache, inspects)) };
}

function cacheAnswer({ record, isHeld, currentVersion, isOutOfDate, isFailing }: ListedCache, inspects: boolean) {
  const { resource, key, version, changed, syncedAt } = record;
  const lacking = isOutOfDate ? (currentVersion ?? version) - version : 0;
  return {
    resource_title: resource,
    etag: etagOf(key, changed),
    version,
    sync_datetime: timestamp(syncedAt),
    held: isHeld,
    current_version: currentVersion,
    behind: currentVersion === null ? null : lacking,
    ...(inspects ? { key, failing: isFailing } : {}),
  };
}

function refusalsIn({ refusals }: ListedDevice): Pick<DeviceAnswer, 'refusals'> {
  return {
    refusals: refusals.map(({ resource, reason, hour }) => ({
      resource_title: resource,
      reason,
      time: timestamp(hour),
    })),
  };
}

/** @throws Problem `invalid-cursor` for the cursor of another list or of another filter */
function placeOf(cursor: string, filter: { user: string | null; device?: string }): DeviceName {
  const user = filter.user === null ? v.string() : v.literal(filter.user);
  const device = filter.device === undefined ? v.string() : v.literal(filter.device);
  const [ofUser, ofDevice] = decodeCursor(cursor, v.tuple([user, device]));
  return { user: ofUser, device: ofDevice };
}
