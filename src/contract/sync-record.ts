/** Records of what devices were last given, as `GET /cache/` tells them (CONTRACT 2). */

import * as v from 'valibot';
import { Timestamp } from './timestamp.ts';

/** One (device, cache); the members in this order. */
export const SyncRecordAnswer = v.strictObject({
  user: v.string(),
  device: v.string(),
  sync_datetime: Timestamp,
  version: v.number(),
  /** Without quotes. */
  etag: v.string(),
});
export type SyncRecordAnswer = v.InferOutput<typeof SyncRecordAnswer>;

/** The same with `expand=resource`. */
export const ExpandedSyncRecordAnswer = v.strictObject({
  ...SyncRecordAnswer.entries,
  resource_title: v.string(),
  /** Null where nothing is known of the cache any more. */
  parameters: v.nullable(v.record(v.string(), v.unknown())),
  /** Null where nothing is loaded: it was purged or its resource deleted. */
  current_version: v.nullable(v.number()),
  /** Whether the device lacks a newer version, that is another ETag. */
  stale: v.boolean(),
});
export type ExpandedSyncRecordAnswer = v.InferOutput<typeof ExpandedSyncRecordAnswer>;
