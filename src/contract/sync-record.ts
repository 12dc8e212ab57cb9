/** Records of what devices were last given, as `GET /cache/` tells them (CONTRACT 2). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './timestamp.ts';
import { ParameterValues, Whole } from './values.ts';

/** One (device, cache); the members in this order. */
export const SyncRecordAnswer = v.strictObject({
  user: about(v.string(), 'The user whose device it is.'),
  device: about(v.string(), 'The device, as `X-Device-Id` or the token named it.'),
  sync_datetime: about(Timestamp, 'When the device was last given this cache.'),
  version: about(Whole, 'The version that it was given.'),
  etag: about(v.string(), 'The ETag of that version, without quotes.'),
});
export type SyncRecordAnswer = v.InferOutput<typeof SyncRecordAnswer>;

/** The same with `expand=resource`. */
export const ExpandedSyncRecordAnswer = v.strictObject({
  ...SyncRecordAnswer.entries,
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: about(
    v.nullable(ParameterValues),
    'The values, with defaults, that name the cache; null where nothing is known of the cache any more.',
  ),
  current_version: about(
    v.nullable(Whole),
    'The last version of the cache; null where nothing is loaded: it was purged or its resource deleted.',
  ),
  stale: about(v.boolean(), 'Whether the device lacks a newer version, that is another ETag.'),
});
export type ExpandedSyncRecordAnswer = v.InferOutput<typeof ExpandedSyncRecordAnswer>;
