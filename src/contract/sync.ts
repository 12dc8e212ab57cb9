/** `POST /sync/` (CONTRACT 3 "Many caches at once"): one question about all caches that a device holds, and its answer. */

import * as v from 'valibot';
import { about } from './about.ts';
import { MAX_INLINE_BYTES, MAX_SYNC_ITEMS, USUAL_INLINE_BYTES } from './constants.ts';
import { ProblemBody } from './problem.ts';
import { Delta, Tables } from './table.ts';
import { TaskAnswer } from './task.ts';
import { Timestamp } from './timestamp.ts';

const count = v.pipe(v.number(), v.integer('must be an integer'), v.minValue(0));

/** One cache, and what the device has of it. */
export const SyncItem = v.strictObject({
  id: about(v.pipe(v.string(), v.minLength(1), v.maxLength(128)), 'Stands in the answer to this item.'),
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: about(
    v.optional(v.record(v.string(), v.unknown()), {}),
    'The parameters of the cache, as the body of its read by POST.',
  ),
  etag: about(
    v.optional(v.pipe(v.string(), v.maxLength(256))),
    'The version that the device has, as `If-None-Match` names it; quotes may be left out.',
  ),
  min_revision: about(
    v.optional(v.pipe(v.number(), v.safeInteger('must be an integer'), v.minValue(0)), 0),
    'The revision that the device was told of.',
  ),
});
export type SyncItem = v.InferOutput<typeof SyncItem>;

/** A full check of a device with a live socket (docs/live.md). */
export const LiveMember = v.strictObject({
  id: about(v.pipe(v.string(), v.maxLength(64)), 'Id of the connection: the ticket that it was opened with.'),
  seq: about(
    count,
    'Number of the check, growing over a connection: one that a later one has overtaken changes nothing.',
  ),
  add: about(
    v.optional(v.boolean(), false),
    'The connection is told of these caches besides those of the check before, which is how a device says more than 100.',
  ),
});

const envelope = {
  inline_bytes: about(
    v.optional(v.pipe(count, v.maxValue(MAX_INLINE_BYTES)), USUAL_INLINE_BYTES),
    'Most bytes of bodies in the answer, all together; small ones come first.',
  ),
  live: about(v.optional(LiveMember), 'The connection that is to be told of these caches from now on.'),
};

/** The body; its items are checked one by one, for a bad one spoils no other. */
export const SyncEnvelope = v.strictObject({
  caches: v.pipe(v.array(v.unknown()), v.maxLength(MAX_SYNC_ITEMS)),
  ...envelope,
});

/** The same with its items, to be described. */
export const SyncBody = v.strictObject({
  caches: about(v.pipe(v.array(SyncItem), v.maxLength(MAX_SYNC_ITEMS)), 'The caches; no `id` is repeated.'),
  ...envelope,
});

/** What is told of one cache: what would be the headers of `GET /rpc/` are members; the members in this order. */
export const SyncItemAnswer = v.strictObject({
  id: about(v.nullable(v.string()), 'That of the question; null: it had none.'),
  tag: about(v.optional(v.string()), 'The first 16 hex digits of the cache’s key, once the item means a cache.'),
  status: about(v.pipe(v.number(), v.integer()), 'The status that a read of this cache alone would have.'),
  etag: about(v.optional(v.string()), 'The version that the item brings the device to, without quotes.'),
  version: about(v.optional(count), 'Number of its load.'),
  revision: about(v.optional(count), 'Orders all changes of the cache, purges included.'),
  content_version: about(
    v.optional(v.string()),
    '`v4`, or `delta v3-v4` where `body` is the difference; absent of a difference that does not come along.',
  ),
  hash: about(v.optional(v.string()), '`Cache-Hash-Value` of that version, of tables.'),
  last_modified: about(v.optional(Timestamp), 'When the body changed last.'),
  loaded: about(v.optional(Timestamp), 'When it was last loaded.'),
  expires: about(v.optional(Timestamp), 'Until when it is fresh.'),
  forwarded: about(
    v.optional(v.picklist(['miss', 'stale'])),
    'Why it was loaded, or was tried to be, before the answer; absent: it was here.',
  ),
  behind: about(v.optional(v.literal(true)), 'Less is known here than `min_revision`: ask again later.'),
  content_type: about(v.optional(v.string()), 'Of a body that does not come along.'),
  bytes: about(v.optional(count), 'Its size.'),
  href: about(v.optional(v.string()), 'The path of its read.'),
  post: about(v.optional(v.literal(true)), 'Only POST can say its parameters.'),
  task: v.optional(TaskAnswer),
  problem: v.optional(ProblemBody),
  retry_after: about(v.optional(count), 'Seconds after which to ask again.'),
  lines: about(v.optional(v.literal(1)), 'In an answer in lines: the next line is the body.'),
  body: about(
    v.optional(v.union([Tables, Delta])),
    'The whole tables, or the difference from the version that the device has.',
  ),
});
export type SyncItemAnswer = v.InferOutput<typeof SyncItemAnswer>;

/** The answer as one JSON text. */
export const SyncAnswer = v.strictObject({
  user: about(v.string(), 'Whose token it is.'),
  now: about(Timestamp, 'The clock of the service, one value for all items.'),
  live: about(
    v.optional(v.picklist(['ok', 'gone', 'full'])),
    'Whether the connection is told: `gone` is none of this user and device, open a new one; `full` has no room, or too many of them are new to it, ask from time to time.',
  ),
  caches: about(v.array(SyncItemAnswer), 'The items, in the order of the question.'),
});
