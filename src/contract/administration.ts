/** What administration is told (CONTRACT 4): caches, and how far a call on many of them got. */

import * as v from 'valibot';
import { TaskError } from './problem.ts';
import { Timestamp } from './timestamp.ts';

const Count = v.nullable(v.number());

/** Why the last load failed, and how it stands. Null: an earlier release noted the failure without it. */
export const LastError = v.strictObject({
  ...TaskError.entries,
  /** When the last load failed. */
  at: v.nullable(Timestamp),
  /** Since when loads fail, and how many have failed in a row, each with all its attempts. */
  since: v.nullable(Timestamp),
  failures: v.nullable(v.number()),
  /** From when a read tries again. */
  next_try: Timestamp,
});
export type LastError = v.InferOutput<typeof LastError>;

/** One cache; the members in this order. Null: there is none, or nothing is loaded. */
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
  loaded: v.nullable(Timestamp),
  expires: v.nullable(Timestamp),
  /** Exact to the hour. */
  read: v.nullable(Timestamp),
  last_task_id: v.nullable(v.string()),
  last_error: v.nullable(LastError),
  /** While the last load has failed: since when loads have (null: not known), and from when a read tries again. */
  failing: v.nullable(v.strictObject({ since: v.nullable(Timestamp), next_try: Timestamp })),
  /** What was accepted of a partial answer, and what is wrong with the definition. */
  warnings: v.array(v.string()),
});
export type CacheRecord = v.InferOutput<typeof CacheRecord>;

/** How caches may be filtered: by freshness, or because their last load failed. */
export const CACHE_STATES = ['fresh', 'stale', 'failing'] as const;
export type CacheState = (typeof CACHE_STATES)[number];

const next = v.nullable(v.string());
/** `DELETE /caches/` */
export const PurgeAnswer = v.strictObject({ purged: v.number(), next });
/** `POST /resources/<title>/refresh/` */
export const RefreshAllAnswer = v.strictObject({ tasks: v.number(), next });
/** `DELETE /syncs/` */
export const ForgetAnswer = v.strictObject({ forgotten: v.number(), next });
