/** What administration is told (CONTRACT 4): caches, and how far a call on many of them got. */

import * as v from 'valibot';
import { about } from './about.ts';
import { TaskError } from './problem.ts';
import { Timestamp } from './timestamp.ts';
import { ParameterValues, Whole } from './values.ts';

const Count = v.nullable(Whole);

/** How long loads have failed. */
export const Failing = v.strictObject({
  since: about(v.nullable(Timestamp), 'Since when loads have failed; null: not known.'),
  next_try: about(Timestamp, 'From when a read tries again.'),
});

/** Why the last load failed, and how it stands. */
export const LastError = v.strictObject({
  ...TaskError.entries,
  at: about(v.nullable(Timestamp), 'When the last load failed; null: an earlier release noted it.'),
  since: about(v.nullable(Timestamp), 'Since when loads have failed; null: not known.'),
  failures: about(Count, 'How many loads have failed in a row, each with all its attempts; null: not known.'),
  next_try: about(Timestamp, 'From when a read tries again.'),
});
export type LastError = v.InferOutput<typeof LastError>;

/** One cache; the members in this order. Null: there is none, or nothing is loaded. */
export const CacheRecord = v.strictObject({
  key: about(v.string(), 'Names the cache: 64 hex digits.'),
  resource_title: about(v.string(), 'Title of the resource.'),
  parameters: ParameterValues,
  owner: about(v.nullable(v.string()), 'The user whom the cache belongs to; null: all share it.'),
  version: about(Count, 'Version of the last load; null: nothing is loaded.'),
  etag: about(v.nullable(v.string()), 'ETag of the body, without quotes; null: nothing is loaded.'),
  bytes: about(Count, 'Size of the body, bytes; null: nothing is loaded.'),
  rows: about(Count, 'Rows of all tables; null: nothing is loaded, or the body is no table.'),
  loaded: about(v.nullable(Timestamp), 'When the last load ended; null: nothing is loaded.'),
  expires: about(v.nullable(Timestamp), 'Until when it counts as fresh; null: nothing is loaded.'),
  read: about(v.nullable(Timestamp), 'When it was last read, exact to the hour; null: not known.'),
  last_task_id: about(v.nullable(v.string()), 'The last task of the cache; null: there was none.'),
  last_error: about(v.nullable(LastError), 'Why the last load failed, and how it stands; null: it did not.'),
  failing: about(v.nullable(Failing), 'While the last load has failed; else null.'),
  warnings: about(
    v.array(v.string()),
    "What looked wrong in the origin's answer and was accepted, and what is wrong with the definition.",
  ),
});
export type CacheRecord = v.InferOutput<typeof CacheRecord>;

/** One kept version of a cache, by what its load brought. */
export const VersionRecord = v.strictObject({
  version: about(Whole, 'The version.'),
  etag: about(v.string(), 'ETag of its body, without quotes.'),
  loaded: about(Timestamp, 'When its load began.'),
  inserted: about(
    Count,
    'Rows that it has and the kept version before lacks; null: not known, or the body is no table.',
  ),
  deleted: about(Count, 'Rows that it lacks and the kept version before has; null as above.'),
  bytes: about(
    Count,
    'Size of the difference from the kept version before as it is stored, bytes; null: there is none.',
  ),
  hash: about(v.nullable(v.string()), '`Cache-Hash-Value` of the body; null: it is no table.'),
});
export type VersionRecord = v.InferOutput<typeof VersionRecord>;

/** How caches may be filtered: by freshness, or because their last load failed. */
export const CACHE_STATES = ['fresh', 'stale', 'failing'] as const;
export type CacheState = (typeof CACHE_STATES)[number];

const next = about(v.nullable(v.string()), 'Send it as `cursor` to go on; null: all is done.');
/** `DELETE /caches/` */
export const PurgeAnswer = v.strictObject({
  purged: about(Whole, 'How many caches this call purged.'),
  would: about(v.optional(Whole), 'With `dry_run=true`: how many it would have purged; else left out.'),
  next,
});
/** `POST /resources/<title>/refresh/` */
export const RefreshAllAnswer = v.strictObject({ tasks: about(Whole, 'How many refreshes this call started.'), next });
/** `DELETE /syncs/` */
export const ForgetAnswer = v.strictObject({
  forgotten: about(Whole, 'How many records this call forgot.'),
  next,
});
