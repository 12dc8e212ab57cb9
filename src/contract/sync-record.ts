/** Records of what devices were last given, as in the answer of `GET /cache/` (CONTRACT 2). */

import * as v from 'valibot';
import { about } from './about.ts';
import { ParameterValues, Timestamp, Whole } from './values.ts';

/** One pair of device and cache; the members in this order. */
export const SyncRecordAnswer = v.strictObject({
  user: about(v.string(), 'The user to whom the device belongs.'),
  device: about(v.string(), 'Id of the device, from `X-Device-Id` or the token.'),
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
    'The values of the parameters, including defaults; null: nothing is known of the cache any more.',
  ),
  current_version: about(
    v.nullable(Whole),
    'The latest version of the cache; null: nothing is loaded, because it was purged or its resource was deleted.',
  ),
  stale: about(v.boolean(), 'Whether there is a newer version, with another ETag, than the one the device has.'),
});
export type ExpandedSyncRecordAnswer = v.InferOutput<typeof ExpandedSyncRecordAnswer>;
