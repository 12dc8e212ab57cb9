/** Caches as administration tells of them (CONTRACT 4). */

import * as v from 'valibot';

const Timestamp = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
const Count = v.nullable(v.number());

/** One cache; the members in this order. Null: there is none, or nothing is loaded. Times are RFC 3339, UTC, milliseconds. */
export const CacheRecord = v.strictObject({
  key: v.string(),
  resource_title: v.string(),
  parameters: v.record(v.string(), v.unknown()),
  owner: v.nullable(v.string()),
  version: Count,
  /** Without quotes. */
  etag: v.nullable(v.string()),
  bytes: Count,
  rows: Count,
  loaded: Timestamp,
  expires: Timestamp,
  /** Exact to the hour. */
  read: Timestamp,
  last_task_id: v.nullable(v.string()),
  last_error: v.nullable(v.strictObject({ type: v.string(), title: v.string(), detail: v.string() })),
});
export type CacheRecord = v.InferOutput<typeof CacheRecord>;

export const CACHE_STATES = ['fresh', 'stale', 'failing'] as const;
export type CacheState = (typeof CACHE_STATES)[number];

const next = v.nullable(v.string());
/** `DELETE /caches/` */
export const PurgeAnswer = v.strictObject({ purged: v.number(), next });
/** `POST /resources/<title>/refresh/` */
export const RefreshAllAnswer = v.strictObject({ tasks: v.number(), next });
/** `DELETE /syncs/` */
export const ForgetAnswer = v.strictObject({ forgotten: v.number(), next });
