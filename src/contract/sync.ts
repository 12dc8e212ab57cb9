/** `POST /sync/` (CONTRACT 3 "Many caches at once"): one question about all caches that a device holds, and its answer. */

import * as v from 'valibot';
import { MAX_INLINE_BYTES, MAX_SYNC_ITEMS, USUAL_INLINE_BYTES } from './constants.ts';
import { ProblemBody } from './problem.ts';
import { TaskAnswer } from './task.ts';
import { Timestamp } from './timestamp.ts';

/** One cache, and what the device has of it. */
export const SyncItem = v.strictObject({
  /** Stands in the answer's item. */
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  resource_title: v.string(),
  parameters: v.optional(v.record(v.string(), v.unknown()), {}),
  /** What `If-None-Match` would be; quotes may be left out. */
  etag: v.optional(v.pipe(v.string(), v.maxLength(256))),
  /** The revision that the device was told of. */
  min_revision: v.optional(v.pipe(v.number(), v.safeInteger('must be an integer'), v.minValue(0)), 0),
});
export type SyncItem = v.InferOutput<typeof SyncItem>;

const envelope = {
  /** Most bytes of bodies in the answer, all together. */
  inline_bytes: v.optional(
    v.pipe(v.number(), v.integer('must be an integer'), v.minValue(0), v.maxValue(MAX_INLINE_BYTES)),
    USUAL_INLINE_BYTES,
  ),
  /** Of a release to come, whose answer has a member of this name: without one, no connection is told of anything. */
  live: v.optional(v.unknown()),
};

/** The body; its items are checked one by one, for a bad one spoils no other. */
export const SyncEnvelope = v.strictObject({
  caches: v.pipe(v.array(v.unknown()), v.maxLength(MAX_SYNC_ITEMS)),
  ...envelope,
});

/** The same with its items, to be described. */
export const SyncBody = v.strictObject({ caches: v.pipe(v.array(SyncItem), v.maxLength(MAX_SYNC_ITEMS)), ...envelope });

/** What is told of one cache: what would be the headers of `GET /rpc/` are members; the members in this order. */
export const SyncItemAnswer = v.strictObject({
  /** Null: the item had none. */
  id: v.nullable(v.string()),
  /** The first 16 hex digits of the cache's key, once the item means a cache. */
  tag: v.optional(v.string()),
  /** That of `GET /rpc/`. */
  status: v.number(),
  etag: v.optional(v.string()),
  version: v.optional(v.number()),
  revision: v.optional(v.number()),
  content_version: v.optional(v.string()),
  /** `Cache-Hash-Value`, of tables. */
  hash: v.optional(v.string()),
  last_modified: v.optional(Timestamp),
  loaded: v.optional(Timestamp),
  expires: v.optional(Timestamp),
  /** Why it was loaded, or was tried to be, before the answer. */
  forwarded: v.optional(v.picklist(['miss', 'stale'])),
  /** The location knows less than `min_revision`. */
  behind: v.optional(v.literal(true)),
  /** Of a body that does not come along. */
  content_type: v.optional(v.string()),
  bytes: v.optional(v.number()),
  /** The path of its read; or that only POST can say its parameters. */
  href: v.optional(v.string()),
  post: v.optional(v.literal(true)),
  /** That will bring it; absent: it is not made yet. */
  task: v.optional(TaskAnswer),
  problem: v.optional(ProblemBody),
  /** Seconds. */
  retry_after: v.optional(v.number()),
  /** In lines: so many lines behind this one are the body. */
  lines: v.optional(v.literal(1)),
  /** In one JSON text: the table, or the difference. */
  body: v.optional(v.array(v.unknown())),
});
export type SyncItemAnswer = v.InferOutput<typeof SyncItemAnswer>;

/** The answer as one JSON text. */
export const SyncAnswer = v.strictObject({
  user: v.string(),
  /** The service's clock, one value for all items. */
  now: Timestamp,
  caches: v.array(SyncItemAnswer),
});
