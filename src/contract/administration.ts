/** Answers of administration (CONTRACT 4): caches, and the progress of calls on many of them. */

import * as v from 'valibot';
import { about } from './about.ts';
import { TaskError } from './problem.ts';
import { ParameterValues, Timestamp, Whole } from './values.ts';

const Count = v.nullable(Whole);

/** Since when loads have failed. */
export const Failing = v.strictObject({
  since: about(v.nullable(Timestamp), 'When loads began to fail; null: not known.'),
  next_try: about(Timestamp, 'When a read may next start a load.'),
});

/** Why the last load failed, since when and how often. */
export const LastError = v.strictObject({
  ...TaskError.entries,
  at: about(v.nullable(Timestamp), 'When the last load failed; null: an earlier release recorded the failure.'),
  since: about(v.nullable(Timestamp), 'When loads began to fail; null: not known.'),
  failures: about(
    Count,
    'How many loads have failed in a row; a load fails when all its attempts have failed. Null: not known.',
  ),
  next_try: about(Timestamp, 'When a read may next start a load.'),
});
export type LastError = v.InferOutput<typeof LastError>;

/** One cache; the members in this order. Null: there is none, or nothing is loaded. */
export const CacheRecord = v.strictObject({
  key: about(v.string(), 'Key of the cache: 64 hex digits.'),
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: ParameterValues,
  owner: about(v.nullable(v.string()), 'The user to whom the cache belongs; null: all users share it.'),
  version: about(Count, 'Version of the last load; null: nothing is loaded.'),
  etag: about(v.nullable(v.string()), 'ETag of the body, without quotes; null: nothing is loaded.'),
  bytes: about(Count, 'Size of the body, bytes; null: nothing is loaded.'),
  rows: about(Count, 'Rows of all tables; null: nothing is loaded, or the body is not a table.'),
  loaded: about(v.nullable(Timestamp), 'When the last load ended; null: nothing is loaded.'),
  expires: about(v.nullable(Timestamp), 'When it stops being fresh; null: nothing is loaded.'),
  read: about(v.nullable(Timestamp), 'When it was last read, exact to the hour; null: not known.'),
  last_task_id: about(v.nullable(v.string()), 'The last task of the cache; null: there was none.'),
  last_error: about(
    v.nullable(LastError),
    'Why the last load failed, since when and how often; null: it did not fail.',
  ),
  failing: about(v.nullable(Failing), 'Since when loads fail; null: the last load did not fail.'),
  warnings: about(
    v.array(v.string()),
    "Oddities in the origin's answer that were accepted, and faults of the definition.",
  ),
});
export type CacheRecord = v.InferOutput<typeof CacheRecord>;

/** One kept version of a cache, and what its load changed. */
export const VersionRecord = v.strictObject({
  version: about(Whole, 'The version.'),
  etag: about(v.string(), 'ETag of its body, without quotes.'),
  loaded: about(Timestamp, 'When its load began.'),
  inserted: about(
    Count,
    'How many rows it added, compared with the kept version before it; null: not known, or the body is not a table.',
  ),
  deleted: about(Count, 'How many rows it removed, compared with the kept version before it; null as above.'),
  bytes: about(Count, 'Size of the stored delta from the kept version before it, bytes; null: there is no delta.'),
  hash: about(v.nullable(v.string()), '`Cache-Hash-Value` of the body; null: it is not a table.'),
});
export type VersionRecord = v.InferOutput<typeof VersionRecord>;

/** Filters of caches: by freshness, or by a failed last load. */
export const CACHE_STATES = ['fresh', 'stale', 'failing'] as const;
export type CacheState = (typeof CACHE_STATES)[number];

const next = about(v.nullable(v.string()), 'Send it as `cursor` to continue; null: nothing is left to do.');
/** `DELETE /caches/` */
export const PurgeAnswer = v.strictObject({
  purged: about(Whole, 'How many caches this call purged, of those with data: the others have nothing to purge.'),
  would: about(v.optional(Whole), 'Only with `dry_run=true`: how many caches with data it would have purged.'),
  next,
});
/** `POST /resources/<title>/refresh/` */
export const RefreshAllAnswer = v.strictObject({ tasks: about(Whole, 'How many refreshes this call started.'), next });
/** `DELETE /syncs/` */
export const ForgetAnswer = v.strictObject({
  forgotten: about(Whole, 'How many records this call forgot.'),
  next,
});
