/** `GET /cache/`: which versions the caller's devices were last given (CONTRACT 2). */

import * as v from 'valibot';
import { describe, oneOf, pageOf } from '#describe';
import { about } from '../../contract/about.ts';
import { MAX_USER_LENGTH } from '../../contract/constants.ts';
import { ExpandedSyncRecordAnswer, SyncRecordAnswer } from '../../contract/sync-record.ts';
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';
import { etagOf } from '../../core/etag.ts';
import { isOutOfDate } from '../../core/sync-records.ts';
import { timestamp } from '../../core/timestamp.ts';
import { type ListedSync, listSyncs } from '../../flows/admin/list-syncs.ts';
import type { SyncFilter, SyncPlace } from '../../ports/sync-store.ts';
import { factory } from '../factory.ts';
import { allowedUser, protect } from '../identity.ts';
import { PageQuery, query } from '../input.ts';
import { methods } from '../methods.ts';
import { nextLink, replyJson } from '../reply.ts';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2 * MAX_USER_LENGTH));
const ListQuery = v.strictObject({
  ...PageQuery,
  user: about(
    v.optional(text),
    'Records of this user, or `*` for all; other users need `cache:inspect`. Default: your own.',
  ),
  device: about(v.optional(text), 'Only this device.'),
  resource_title: about(v.optional(text), 'Only caches of this resource.'),
  expand: about(
    v.optional(v.picklist(['resource'])),
    '`resource`: include the resource, the parameters, the current version, and whether the device lacks it.',
  ),
});

export const syncRecords = factory.createApp();

syncRecords.use('/cache', methods('GET', 'HEAD', 'OPTIONS'), protect('cache:read', 'cache:inspect'));
syncRecords.get(
  '/cache',
  describe({
    id: 'listSyncRecords',
    tag: 'FMP',
    summary: 'What each of your devices was last given of each cache',
    scope: 'cache:read',
    answers: pageOf(oneOf(SyncRecordAnswer, ExpandedSyncRecordAnswer)),
    problems: ['invalid-cursor'],
  }),
  query(ListQuery),
  async (c) => {
    const asked = c.req.valid('query');
    const filter: SyncFilter = {
      user: allowedUser(c, asked.user),
      ...(asked.device === undefined ? {} : { device: asked.device }),
      ...(asked.resource_title === undefined ? {} : { resource: asked.resource_title }),
    };
    const { syncs, next } = await listSyncs(c.get('services'), {
      filter,
      after: asked.cursor === undefined ? null : placeOf(asked.cursor, filter),
      limit: asked.limit,
      withCurrent: asked.expand === 'resource',
      reader: c.get('identity').scopes.has('cache:inspect') ? null : c.get('identity'),
    });
    const answers = syncs.map(asked.expand === 'resource' ? expandedAnswer : answerOf);
    return replyJson(c, answers, { headers: { Link: nextLink(c, next && cursorOf(next)) } });
  },
);

function answerOf({ record }: ListedSync): SyncRecordAnswer {
  return {
    user: record.user,
    device: record.device,
    sync_datetime: timestamp(record.syncedAt),
    version: record.version,
    etag: etagOf(record.key, record.changed),
  };
}

function expandedAnswer(sync: ListedSync): ExpandedSyncRecordAnswer {
  return {
    ...answerOf(sync),
    resource_title: sync.record.resource,
    parameters: sync.entry?.parameters ?? null,
    current_version: sync.entry?.loaded?.version ?? null,
    stale: isOutOfDate(sync.record, sync.entry?.loaded ?? null),
  };
}

function cursorOf({ user, device, resource, key }: SyncPlace): string {
  return encodeCursor([user, device, resource, key]);
}

/** @throws Problem `invalid-cursor` for the cursor of another list or of another filter */
function placeOf(cursor: string, filter: SyncFilter): SyncPlace {
  const same = (value: string | null | undefined) => (value == null ? v.string() : v.literal(value));
  const Place = v.tuple([
    same(filter.user),
    same(filter.device),
    same(filter.resource),
    v.pipe(v.string(), v.hash(['sha256'])),
  ]);
  const [user, device, resource, key] = decodeCursor(cursor, Place);
  return { user, device, resource, key };
}
