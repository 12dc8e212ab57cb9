/** `POST /sync/` (CONTRACT 3 "Many caches at once"): one request about all caches that a device holds, and its answer. */

import * as v from 'valibot';
import { about } from './about.ts';
import { MAX_INLINE_BYTES, MAX_SYNC_ITEMS, USUAL_INLINE_BYTES } from './constants.ts';
import { ProblemBody } from './problem.ts';
import { Delta, Tables } from './table.ts';
import { TaskAnswer } from './task.ts';
import { Timestamp } from './values.ts';

const count = v.pipe(v.number(), v.integer('must be an integer'), v.minValue(0));

/** One cache, and the version that the device has. */
export const SyncItem = v.strictObject({
  id: about(v.pipe(v.string(), v.minLength(1), v.maxLength(128)), 'Returned in the answer to this item.'),
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: about(
    v.optional(v.record(v.string(), v.unknown()), {}),
    'The parameters of the cache, in the form of the body of a read by POST.',
  ),
  etag: about(
    v.optional(v.pipe(v.string(), v.maxLength(256))),
    'The version that the device has, in the form of `If-None-Match`; quotes may be left out.',
  ),
  min_revision: about(
    v.optional(v.pipe(v.number(), v.safeInteger('must be an integer'), v.minValue(0)), 0),
    'The revision that the device was told of.',
  ),
});
export type SyncItem = v.InferOutput<typeof SyncItem>;

/** A full check of a device with a live socket (docs/live.md). */
export const LiveMember = v.strictObject({
  id: about(v.pipe(v.string(), v.maxLength(64)), 'Id of the connection: the ticket with which it was opened.'),
  seq: about(
    count,
    'Number of the check, increasing within a connection. A check that arrives after a later one changes nothing.',
  ),
  add: about(
    v.optional(v.boolean(), false),
    'The connection is told of these caches in addition to those of the previous check. A device with more than 100 caches needs it.',
  ),
});

const envelope = {
  inline_bytes: about(
    v.optional(v.pipe(count, v.maxValue(MAX_INLINE_BYTES)), USUAL_INLINE_BYTES),
    'Most bytes of all bodies in the answer together; small bodies are included first.',
  ),
  live: about(v.optional(LiveMember), 'The connection that is to be told of these caches from now on.'),
};

/** The body. Its items are checked one by one, so that an invalid item does not fail the others. */
export const SyncEnvelope = v.strictObject({
  caches: v.pipe(v.array(v.unknown()), v.maxLength(MAX_SYNC_ITEMS)),
  ...envelope,
});

/** The same including its items, for the OpenAPI text. */
export const SyncBody = v.strictObject({
  caches: about(v.pipe(v.array(SyncItem), v.maxLength(MAX_SYNC_ITEMS)), 'The caches; each `id` at most once.'),
  ...envelope,
});

/** The answer for one cache. Its members carry what the headers of `GET /rpc/` would; the members in this order. */
export const SyncItemAnswer = v.strictObject({
  id: about(v.nullable(v.string()), 'The `id` of the item in the request; null: it had none.'),
  tag: about(
    v.optional(v.string()),
    'The first 16 hex digits of the cache’s key; left out if the item names no cache.',
  ),
  status: about(v.pipe(v.number(), v.integer()), 'The status that a read of this cache alone would have.'),
  etag: about(v.optional(v.string()), 'The version that the item brings the device to, without quotes.'),
  version: about(v.optional(count), 'The number of that version.'),
  revision: about(v.optional(count), 'Increases with each change of the cache, including purges.'),
  content_version: about(
    v.optional(v.string()),
    '`v4`, or `delta v3-v4` if `body` is the delta; left out for a delta that is not included.',
  ),
  hash: about(v.optional(v.string()), '`Cache-Hash-Value` of that version, only for tables.'),
  last_modified: about(v.optional(Timestamp), 'When the body last changed.'),
  loaded: about(v.optional(Timestamp), 'When it was last loaded.'),
  expires: about(v.optional(Timestamp), 'Until when it is fresh.'),
  forwarded: about(
    v.optional(v.picklist(['miss', 'stale'])),
    'Why a load was made or attempted before this answer; left out: none was needed.',
  ),
  behind: about(v.optional(v.literal(true)), 'The service does not know `min_revision` yet: ask again later.'),
  content_type: about(v.optional(v.string()), 'Content type of a body that is not included.'),
  bytes: about(v.optional(count), 'Size of that body, bytes.'),
  href: about(v.optional(v.string()), 'Path of the read that answers with the body.'),
  post: about(v.optional(v.literal(true)), 'The query of a GET cannot express the parameters: read it by POST.'),
  task: v.optional(TaskAnswer),
  problem: v.optional(ProblemBody),
  retry_after: about(v.optional(count), 'Seconds after which to ask again.'),
  lines: about(v.optional(v.literal(1)), 'In an answer in lines: the next line is the body.'),
  body: about(
    v.optional(v.union([Tables, Delta])),
    'The whole tables, or the delta from the version that the device has.',
  ),
});
export type SyncItemAnswer = v.InferOutput<typeof SyncItemAnswer>;

/** The answer as one JSON text. */
export const SyncAnswer = v.strictObject({
  user: about(v.string(), 'The user of the token.'),
  now: about(Timestamp, 'The clock of the service, one value for all items.'),
  live: about(
    v.optional(v.picklist(['ok', 'gone', 'full'])),
    'Whether the connection will be told of changes. `gone`: this user and device have no such connection, open a new one. `full`: there is no room, or too many of the caches are new; poll instead.',
  ),
  caches: about(v.array(SyncItemAnswer), 'The answers, in the order of the items in the request.'),
});
